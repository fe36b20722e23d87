using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A network of one's own: any layers in any order, as a <see cref="NetworkBuilder"/> writes them. The fully connected
/// readout with an output for each class is added behind them.
/// </summary>
public sealed record LayeredNetwork : NetworkTemplate
{
    /// <summary>Creates the template.</summary>
    /// <param name="layers">The layers before the readout, in order.</param>
    [JsonConstructor]
    internal LayeredNetwork(IReadOnlyList<LayerPlan> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Layers = [.. layers];
    }

    /// <summary>Gets the layers before the readout, in order.</summary>
    [JsonInclude]
    internal IReadOnlyList<LayerPlan> Layers { get; }

    /// <inheritdoc/>
    public bool Equals(LayeredNetwork? other) => other is not null && Layers.SequenceEqual(other.Layers);

    /// <inheritdoc/>
    public override int GetHashCode() => Layers.Aggregate(17, HashCode.Combine);

    internal override IEnumerable<string> Faults() =>
        HasNull(Layers) ? [$"A layer of the {nameof(LayeredNetwork)} is null."] : [];

    private protected override IEnumerable<LayerPlan> Plan() => Layers;

    private static bool HasNull(IEnumerable<LayerPlan?> layers) => layers.Any(layer =>
        layer is null || (layer is ResidualPlan residual && HasNull(residual.Main.Concat(residual.Shortcut))));
}
