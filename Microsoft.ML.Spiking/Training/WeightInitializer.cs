using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training;

/// <summary>The weights before training; the same for the same network and seed, on every machine.</summary>
internal static class WeightInitializer
{
    /// <summary>Draws all arrays of the network.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="inputScale">What the input is multiplied by, where the network scales it.</param>
    /// <exception cref="NotSupportedException">A layer has arrays but no rule for them; the message names it.</exception>
    public static NetworkWeights Create(NetworkDefinition definition, int seed, double inputScale = 1)
    {
        var arrays = new List<WeightArray>();
        foreach (Layer layer in definition.Layers)
        {
            foreach (ParameterSpec spec in layer.Parameters)
            {
                float[] values = new float[spec.Size];
                var random = new RandomStream(seed, RandomPurpose.Initialization, item: arrays.Count);
                Fill(values, layer, spec, random, inputScale);
                arrays.Add(new(spec.Name, spec.Shape, values));
            }
        }
        return new(definition, arrays);
    }

    private static void Fill(float[] values, Layer layer, ParameterSpec spec, RandomStream random, double inputScale)
    {
        switch (layer)
        {
            case AffineLayer affine when affine.Name == AffineLayer.InputName:
                Array.Fill(values, spec.Name == affine.ScaleName ? (float)inputScale : 0f);
                break;
            case LinearLayer linear:
                // PyTorch's default for weight and bias: uniform within 1/sqrt(inputs).
                float bound = (float)(1 / Math.Sqrt(linear.Inputs));
                random.FillUniform(values, -bound, bound);
                break;
            case NeuronLayer neuron:
                LearnedScalar scalar = neuron.Neuron.LearnedScalars.Single(
                    learned => neuron.ArrayName(learned) == spec.Name);
                Array.Fill(values, (float)scalar.Initial);
                break;
            default:
                throw new NotSupportedException(
                    $"Layer '{layer.Name}' is a {layer.GetType().Name}, which has no rule for its first weights.");
        }
    }
}
