using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Networks.Layers;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>Networks and rows from a seed, with weights of such a size that neurons fire now and then.</summary>
internal static class RandomNetwork
{
    public static NetworkDefinition Define(int timeSteps, int inputs, int classes, params Layer[] layers) =>
        new([inputs], timeSteps, new DirectEncoder(), layers, classes);

    public static NetworkWeights Weights(NetworkDefinition definition, int seed)
    {
        var random = new Random(seed);
        return new NetworkWeights(definition, definition.Parameters.Select(spec => new WeightArray(spec.Name, spec.Shape,
            spec.Role == ParameterRole.Neuron
                ? [0.8f]
                : Values(random, spec.Size, spec.Shape is [_, int inputs] ? 5 / Math.Sqrt(inputs) : 0.5))));
    }

    /// <summary>[rows, features]: half zeros, the rest from -1 to 1.</summary>
    public static float[] Rows(int rows, int features, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * features)
            .Select(_ => random.Next(2) == 0 ? 0f : (2 * random.NextSingle()) - 1)];
    }

    private static float[] Values(Random random, long count, double scale) =>
        [.. Enumerable.Range(0, (int)count).Select(_ => (float)(scale * ((2 * random.NextDouble()) - 0.9)))];
}
