using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A multilayer perceptron: fully connected layers, each followed by a neuron, and a fully connected readout. Images are
/// taken as vectors.
/// Layers are named fc1, neuron1, dropout1, fc2, ... and output.
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

    /// <summary>Neurons in each hidden layer.</summary>
    public IReadOnlyList<int> HiddenSizes { get; }

    /// <inheritdoc/>
    public override NetworkDefinition Bind(NetworkBinding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        List<Layer> layers = [.. binding.InputLayers];
        IReadOnlyList<int> shape = [binding.Input.Size];
        if (binding.InputShape.Count > 1
            && (layers is [AffineLayer { Channels: > 1 }] || binding.PixelOrder == PixelOrder.Interleaved))
        {
            shape = binding.InputShape; // what is done to channels is done before images become vectors
            layers.Add(new FlattenLayer("flatten"));
        }
        int width = binding.Input.Size;
        for (int i = 0; i < HiddenSizes.Count; i++)
        {
            int number = i + 1;
            layers.Add(new LinearLayer($"fc{number}", width, HiddenSizes[i]));
            layers.Add(new NeuronLayer($"neuron{number}", binding.Neuron));
            if (binding.Dropout > 0)
            {
                layers.Add(new DropoutLayer($"dropout{number}", binding.Dropout));
            }
            width = HiddenSizes[i];
        }
        layers.Add(new LinearLayer("output", width, binding.ClassCount));
        return new NetworkDefinition(
            shape, binding.TimeSteps, binding.Encoder, layers, binding.ClassCount, binding.HasTimeAxis,
            binding.PixelOrder);
    }

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
}
