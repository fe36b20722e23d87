using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A multilayer perceptron: fully connected layers, each followed by a neuron, and a fully connected readout. Images
/// are taken as vectors. Layers are named fc1, neuron1, dropout1, fc2, ... and output.
/// </summary>
public sealed record Mlp : NetworkTemplate
{
    /// <summary>Creates the template.</summary>
    /// <param name="hiddenSizes">Neurons in each hidden layer, at least one layer, each from 1 to 65,536.</param>
    [JsonConstructor]
    public Mlp(params IReadOnlyList<int> hiddenSizes)
    {
        ArgumentNullException.ThrowIfNull(hiddenSizes);
        HiddenSizes = [.. hiddenSizes];
    }

    /// <summary>Gets the number of neurons in each hidden layer.</summary>
    public IReadOnlyList<int> HiddenSizes { get; }

    /// <inheritdoc/>
    public bool Equals(Mlp? other) => other is not null && HiddenSizes.SequenceEqual(other.HiddenSizes);

    /// <inheritdoc/>
    public override int GetHashCode() => HiddenSizes.Aggregate(17, HashCode.Combine);

    internal override IEnumerable<string> Faults()
    {
        if (HiddenSizes.Count == 0 || HiddenSizes.Any(size => size is < 1 or > 65_536))
        {
            yield return $"Mlp.{nameof(HiddenSizes)} is [{string.Join(", ", HiddenSizes)}]; " +
                "it needs at least one layer, each of 1 to 65,536 neurons.";
        }
    }

    private protected override IEnumerable<LayerPlan> Plan()
    {
        yield return new FlattenPlan();
        foreach (int size in HiddenSizes)
        {
            yield return new LinearPlan(size);
            yield return new NeuronPlan();
            yield return new DropoutPlan();
        }
    }

    // Channels are needed only where they are normalized or reordered before images become vectors.
    private protected override IReadOnlyList<int> InputShape(NetworkBinding binding) =>
        binding.InputShape.Count > 1
        && (binding.InputLayers.OfType<AffineLayer>().Any(layer => layer.Channels > 1)
            || binding.PixelOrder == PixelOrder.Interleaved)
            ? binding.InputShape
            : [binding.Input.Size];
}
