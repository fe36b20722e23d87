using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Tables;
using Microsoft.ML.Spiking.Training.Torch.Tensors;


namespace Microsoft.ML.Spiking.Training.Torch;

/// <summary>The weights before training: functions of the seed and of each array's name, on every machine.</summary>
internal static class WeightInitializer
{
    private const double SmallDeviation = 0.01;

    /// <summary>Draws all arrays of the network.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="input">The constants of the first layer, which normalizes the input; null for none.</param>
    /// <param name="population">The receptive fields of the first layer; null for none.</param>
    /// <exception cref="NotSupportedException">
    /// A layer has arrays but no rule for them; the message names it.
    /// </exception>
    public static NetworkWeights Create(NetworkDefinition definition, int seed, InputConstants? input = null,
        PopulationConstants? population = null)
    {
        var arrays = new List<WeightArray>();
        foreach (Layer layer in definition.AllLayers)
        {
            foreach (ParameterSpec spec in layer.Parameters)
            {
                if (layer is PopulationLayer fields)
                {
                    arrays.Add(new(spec.Name, spec.Shape, Fields(fields, spec, population)));
                    continue;
                }
                if (layer is TreeLayer trees)
                {
                    arrays.Add(new(spec.Name, spec.Shape, Limits(trees, spec, population?.Trees)));
                    continue;
                }
                float[] values = new float[spec.Size];
                var random = new RandomStream(seed, RandomPurpose.Initialization, item: Key(spec.Name));
                Fill(values, layer, spec, random, input);
                arrays.Add(new(spec.Name, spec.Shape, values));
            }
        }
        return new(definition, arrays);
    }

    /// <summary>Draws the arrays of layers that are added to a network.</summary>
    /// <param name="layers">Products.</param>
    /// <param name="seed">The user's seed.</param>
    public static IReadOnlyList<WeightArray> Draw(IEnumerable<Layer> layers, int seed)
    {
        var arrays = new List<WeightArray>();
        foreach (Layer layer in layers)
        {
            foreach (ParameterSpec spec in layer.Parameters)
            {
                float[] values = new float[spec.Size];
                Fill(values, layer, spec,
                    new RandomStream(seed, RandomPurpose.Initialization, item: Key(spec.Name)), input: null);
                arrays.Add(new(spec.Name, spec.Shape, values));
            }
        }
        return arrays;
    }

    // An array's own name, so that networks that differ in other arrays, such as a neuron's learned value, start from
    // the same weights. FNV-1a over its characters.
    private static long Key(string name) => unchecked((long)name.Aggregate(
        14695981039346656037, (hash, character) => (hash ^ character) * 1099511628211));

    private static void Fill(
        float[] values, Layer layer, ParameterSpec spec, RandomStream random, InputConstants? input)
    {
        switch (layer)
        {
            case AffineLayer affine when affine.Name == AffineLayer.InputName:
                FillInput(values, input ?? new([1f], [0f]), isScale: spec.Name == affine.ScaleName);
                break;
            case WeightedLayer weighted when spec.Role == ParameterRole.Weight:
                FillWeight(values, weighted, random);
                break;
            case WeightedLayer { ZeroBias: true }:
                break;
            case WeightedLayer weighted:
                FillUniform(values, weighted, random);
                break;
            case BatchNormLayer norm:
                Array.Fill(values, spec.Name == norm.WeightName || spec.Name == norm.VarianceName ? 1f : 0f);
                break;
            case RecurrentLayer recurrent when spec.Role == ParameterRole.Weight:
                random.FillUniform(values, -Bound(recurrent.Size), Bound(recurrent.Size));
                break;
            case RecurrentLayer recurrent:
                Array.Fill(values, (float)recurrent.Neuron.LearnedScalars.Single(
                    learned => recurrent.ArrayName(learned) == spec.Name).Initial);
                break;
            case FeedbackLayer feedback: // a norm of about 0.6, in which rates settle
                random.FillUniform(values, -0.5f * Bound(feedback.Size), 0.5f * Bound(feedback.Size));
                break;
            case GatedRecurrentLayer when spec.Role == ParameterRole.Weight:
                random.FillUniform(values, -Bound(spec.Shape[1]), Bound(spec.Shape[1]));
                break;
            case GatedRecurrentLayer: // biases, and ranges that nothing was measured of
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

    private static float[] Fields(PopulationLayer layer, ParameterSpec spec, PopulationConstants? constants)
    {
        if (constants is null)
        {
            throw new NotSupportedException($"Layer '{layer.Name}': its receptive fields were not fitted to rows.");
        }
        return spec.Name == layer.ScaleName ? constants.Scale
            : spec.Name == layer.ShiftName ? constants.Shift
            : spec.Name == layer.LowestName ? constants.Lowest
            : constants.Highest;
    }

    private static float[] Limits(TreeLayer layer, ParameterSpec spec, TreeConstants? constants) => constants is null
        ? throw new NotSupportedException($"Layer '{layer.Name}': its trees were not fitted to rows.")
        : spec.Name == layer.LowestName ? constants.Lowest : constants.Highest;

    private static void FillInput(float[] values, InputConstants input, bool isScale)
    {
        IReadOnlyList<float> constants = isScale ? input.Scale : input.Shift;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = constants[constants.Count == 1 ? 0 : i];
        }
    }

    private static void FillWeight(float[] values, WeightedLayer layer, RandomStream random)
    {
        switch (layer.InitialWeights)
        {
            case WeightDistribution.Uniform:
                FillUniform(values, layer, random);
                break;
            case WeightDistribution.FanOutNormal:
                random.FillNormal(values, deviation: (float)Math.Sqrt(2.0 / layer.FanOut));
                break;
            case WeightDistribution.SmallNormal:
                random.FillNormal(values, deviation: (float)SmallDeviation);
                break;
            default:
                throw new NotSupportedException(
                    $"Layer '{layer.Name}': the weights {layer.InitialWeights} are not known.");
        }
    }

    private static float Bound(int inputs) => (float)(1 / Math.Sqrt(inputs));

    // PyTorch's default for weight and bias.
    private static void FillUniform(float[] values, WeightedLayer layer, RandomStream random)
    {
        float bound = (float)(1 / Math.Sqrt(layer.FanIn));
        random.FillUniform(values, -bound, bound);
    }
}
