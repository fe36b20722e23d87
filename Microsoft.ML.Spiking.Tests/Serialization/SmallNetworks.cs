using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Tests.Serialization;

/// <summary>Small networks with known weights.</summary>
internal static class SmallNetworks
{
    public static NetworkDefinition Small(NeuronDefinition? neuron = null, double dropout = 0) => new Mlp(5, 3)
        .Bind(new NetworkBinding([4], 3, TimeSteps: 2, new DirectEncoder(), neuron ?? new ClifNeuron(), dropout));

    public static NetworkWeights Weights(NetworkDefinition definition, int seed = 1)
    {
        var random = new Random(seed);
        return new NetworkWeights(definition, definition.Parameters.Select(spec => new WeightArray(
            spec.Name, spec.Shape,
                [.. Enumerable.Range(0, (int)spec.Size).Select(_ => (random.NextSingle() * 2) - 1)])));
    }
}
