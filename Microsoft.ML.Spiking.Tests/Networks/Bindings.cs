using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Tests.Networks;

/// <summary>The bindings of templates in tests.</summary>
internal static class Bindings
{
    public static NetworkBinding Image(int channels, int size, double dropout = 0, NeuronDefinition? neuron = null) =>
        Of([channels, size, size], dropout, neuron);

    public static NetworkBinding Of(IReadOnlyList<int> shape, double dropout = 0, NeuronDefinition? neuron = null) =>
        new(shape, ClassCount: 3, TimeSteps: 2, new DirectEncoder(), neuron ?? new ClifNeuron(), dropout);
}
