using Microsoft.ML.Spiking.Neurons;


namespace Microsoft.ML.Spiking.Benchmarks.Neurons;

/// <summary>The neurons and sizes that are measured.</summary>
internal static class BenchmarkNeurons
{
    public const long Small = 1 << 16;

    // From here on the arrays exceed the last-level cache.
    public const long Large = 1 << 22;

    public static IReadOnlyList<SpikingNeuronDefinition> All { get; } =
        [new ClifNeuron(), new LifNeuron(), new PlifNeuron(), new KlifNeuron(), new IfNeuron()];

    public static IReadOnlyList<int> TimeSteps { get; } = [4, 6, 16, 32];

    /// <summary>Returns "CLIF" for a <see cref="ClifNeuron"/>.</summary>
    public static string Name(SpikingNeuronDefinition neuron) =>
        neuron.GetType().Name.Replace("Neuron", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Returns its learned value before training; 0 if it has none.</summary>
    public static float Learned(SpikingNeuronDefinition neuron) =>
        neuron.LearnedScalars is [LearnedScalar scalar] ? (float)scalar.Initial : 0f;
}
