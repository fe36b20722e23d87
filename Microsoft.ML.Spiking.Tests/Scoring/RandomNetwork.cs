using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;


namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>Networks and rows from a seed, with weights of a size at which neurons fire now and then.</summary>
internal static class RandomNetwork
{
    public static NetworkDefinition Define(int timeSteps, int inputs, int classes, params Layer[] layers) =>
        Define(timeSteps, [inputs], classes, layers);

    public static NetworkDefinition Define(int timeSteps, int[] shape, int classes, params Layer[] layers) =>
        new(shape, timeSteps, new DirectEncoder(), layers, classes);

    public static NetworkWeights Weights(NetworkDefinition definition, int seed)
    {
        var random = new Random(seed);
        return new NetworkWeights(definition,
            definition.Parameters.Select(spec => new WeightArray(spec.Name, spec.Shape,
            spec.Role switch
            {
                ParameterRole.Neuron => [0.8f],
                // Dividing by the deviation must not silence the network: weights around 1.
                ParameterRole.Normalization when spec.Name.EndsWith(".weight", StringComparison.Ordinal) =>
                    Values(random, spec.Size, 1, offset: 1),
                ParameterRole.Buffer when spec.Name.EndsWith(".running_var", StringComparison.Ordinal) ||
                    spec.Name.EndsWith(".scale", StringComparison.Ordinal) =>
                    Values(random, spec.Size, 0.5, offset: 1),
                ParameterRole.Weight => Values(random, spec.Size,
                    5 / Math.Sqrt(spec.Shape.Skip(1).Aggregate(1, (a, b) => a * b))),
                _ => Values(random, spec.Size, 0.5),
            })));
    }

    /// <summary>Returns features, [rows, features]: half zeros, the rest from -1 to 1.</summary>
    public static float[] Rows(int rows, int features, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * features)
            .Select(_ => random.Next(2) == 0 ? 0f : (2 * random.NextSingle()) - 1)];
    }

    private static float[] Values(Random random, long count, double scale, double offset = 0) =>
        [.. Enumerable.Range(0, (int)count).Select(_ => (float)(offset + (scale * ((2 * random.NextDouble()) - 0.9))))];
}
