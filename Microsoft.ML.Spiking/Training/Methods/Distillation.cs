using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Torch;

namespace Microsoft.ML.Spiking.Training.Methods;

/// <summary>A network on its way into a training with a <see cref="Teacher"/>, and out of it.</summary>
internal static class Distillation
{
    /// <summary>The name of the layer that restores the teacher's features.</summary>
    public const string Name = "restoration";

    /// <summary>Refuses a teacher that a network cannot learn from.</summary>
    /// <exception cref="NetworkDefinitionException">The message says what differs, and what to do.</exception>
    public static void Check(NetworkDefinition network, TeacherSettings teacher)
    {
        (int inputs, int classes) = teacher.Network is { } taught
            ? (taught.InputSize, taught.ClassCount)
            : (teacher.Other!.FeatureCount, teacher.Other.ClassCount);
        if (inputs != network.InputSize || classes != network.ClassCount)
        {
            throw new NetworkDefinitionException($"The teacher takes {inputs} features and has {classes} classes, " +
                $"but the data has {network.InputSize} and {network.ClassCount}: it must take the " +
                "same rows and labels.");
        }
        if (teacher.Network is { } other)
        {
            if (other.PixelOrder != network.PixelOrder || other.HasTimeAxis != network.HasTimeAxis)
            {
                throw new NetworkDefinitionException("The teacher reads rows in another order than the network that " +
                    "learns: give both the same InputShape and PixelOrder.");
            }
            if (teacher.FeatureWeight > 0)
            {
                _ = Layers(network, other);
            }
        }
    }

    /// <summary>Returns the network as it is trained, with the weights that its training starts from.</summary>
    /// <param name="network">A network that has been checked.</param>
    /// <param name="weights">The weights of a model that is trained further; null for new ones.</param>
    /// <param name="teacher">The teacher.</param>
    /// <param name="seed">Decides the first weights of what restores features.</param>
    public static (NetworkDefinition Network, NetworkWeights? Weights) Begin(
        NetworkDefinition network, NetworkWeights? weights, TeacherSettings teacher, int seed)
    {
        if (teacher.FeatureWeight == 0)
        {
            return (network, weights);
        }
        (int at, Layer[] layers) = Layers(network, teacher.Network!);
        NetworkDefinition trained = network.With(
            [.. network.Layers.Take(at + 1), new RestorationLayer(Name, layers), .. network.Layers.Skip(at + 1)]);
        if (weights is null)
        {
            return (trained, null);
        }
        IReadOnlyList<WeightArray> drawn = WeightInitializer.Draw(layers, seed);
        return (trained, new(trained, weights.Concat(drawn)));
    }

    /// <summary>Returns the network that was trained, without what restores features.</summary>
    public static (NetworkDefinition Network, NetworkWeights Weights) End(
        NetworkDefinition network, NetworkWeights weights)
    {
        NetworkDefinition alone = network.With([.. network.Layers.Where(layer => layer is not RestorationLayer)]);
        return (alone, new(alone, alone.Parameters.Select(spec => weights[spec.Name])));
    }

    /// <summary>Returns the last neurons of a network, and what they give.</summary>
    public static (int At, Signal Output) LastNeurons(NetworkDefinition network)
    {
        Signal signal = network.InputSignal, found = signal;
        int at = -1;
        for (int i = 0; i < network.Layers.Count; i++)
        {
            signal = network.Layers[i].Infer(signal);
            (at, found) = network.Layers[i] is NeuronLayer ? (i, signal) : (at, found);
        }
        return at >= 0 ? (at, found) : throw new NetworkDefinitionException(
            "A FeatureWeight of a teacher is of networks with neurons: set it to 0.");
    }

    private static (int At, Layer[] Layers) Layers(NetworkDefinition network, NetworkDefinition teacher)
    {
        (int at, Signal student) = LastNeurons(network);
        (_, Signal taught) = LastNeurons(teacher);
        if (student.Shape.Count != taught.Shape.Count || !student.Shape.Skip(1).SequenceEqual(taught.Shape.Skip(1)))
        {
            throw new NetworkDefinitionException($"The teacher's last neurons give {taught} and those of the network " +
                $"that learns {student}: for a FeatureWeight they need the same height and width. Set it to 0.");
        }
        int from = student.Shape[0], to = taught.Shape[0];
        return (at, student.Shape.Count == 3
            ? [Convolution("first", from, to), Convolution("second", to, to)]
            : [new LinearLayer($"{Name}.first", from, to), new LinearLayer($"{Name}.second", to, to)]);

        static Layer Convolution(string name, int from, int to) =>
            new ConvolutionLayer($"{Name}.{name}", from, to, 3, 1, 1);
    }
}
