using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Gated recurrent layers with quantized outputs, for sequences, and a fully connected readout; see
/// <see cref="GatedRecurrentLayer"/>. The neuron of the options is not used. Layers are named gated1, dropout1, ... and
/// output.
/// </summary>
public sealed record SpikingRecurrent : NetworkTemplate
{
    /// <summary>Creates the template.</summary>
    /// <param name="hiddenSizes">Units in each layer, at least one layer, each from 1 to 65,536.</param>
    [JsonConstructor]
    public SpikingRecurrent(params IReadOnlyList<int> hiddenSizes)
    {
        ArgumentNullException.ThrowIfNull(hiddenSizes);
        HiddenSizes = [.. hiddenSizes];
    }

    /// <summary>Gets the number of units in each layer.</summary>
    public IReadOnlyList<int> HiddenSizes { get; }

    /// <summary>Gets the bits of a value with its sign, from 2 to 16. Default 6.</summary>
    public int OutputBits { get; init; } = 6;

    /// <summary>
    /// Gets the largest rounded value that counts as 0: the higher, the fewer values that are not. From 0 (the default)
    /// to below 2^(<see cref="OutputBits"/> - 1).
    /// </summary>
    public int Threshold { get; init; }

    /// <inheritdoc/>
    public bool Equals(SpikingRecurrent? other) => other is not null && HiddenSizes.SequenceEqual(other.HiddenSizes)
        && (OutputBits, Threshold) == (other.OutputBits, other.Threshold);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HiddenSizes.Aggregate(HashCode.Combine(OutputBits, Threshold), HashCode.Combine);

    internal override IEnumerable<string> Faults() => RecurrentMlp.SizeFaults(nameof(SpikingRecurrent), HiddenSizes)
        .Concat(GatedRecurrentLayer.FaultOf(OutputBits, Threshold) is string fault
            ? [$"{nameof(SpikingRecurrent)} {fault}"] : []);

    private protected override IEnumerable<LayerPlan> Plan()
    {
        yield return new FlattenPlan();
        foreach (int size in HiddenSizes)
        {
            yield return new GatedRecurrentPlan(size, OutputBits, Threshold);
            yield return new DropoutPlan();
        }
    }
}
