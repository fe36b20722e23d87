using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Analysis;

/// <summary>Networks so small that their spikes and operations can be counted by hand.</summary>
internal static class HandMade
{
    /// <summary>
    /// One feature x to three neurons that receive x, x/2 and 0 at each of 4 steps, then to two classes. With x = 1 and
    /// neurons without a leak the first fires at every step, the second at steps 2 and 4, the third never.
    /// </summary>
    public static NetworkDefinition Vector(NeuronDefinition? neuron = null) => new([1], 4, new DirectEncoder(),
        [
            new LinearLayer("fc1", 1, 3, hasBias: false), new NeuronLayer("neuron1", neuron ?? new IfNeuron()),
            new LinearLayer("fc2", 3, 2, hasBias: false),
        ], 2);

    public static NetworkWeights VectorWeights(NetworkDefinition network) => new(network,
        [new("fc1.weight", [3, 1], [1f, 0.5f, 0f]), new("fc2.weight", [2, 3], [1f, 0f, 0f, 0f, 1f, 0f])]);

    /// <summary>
    /// A 2x2 image to two channels of neurons that receive each pixel and half of it at each of 2 steps; their windows
    /// of 2x2 are averaged for two classes.
    /// </summary>
    public static NetworkDefinition Image() => new([1, 2, 2], 2, new DirectEncoder(),
        [
            new ConvolutionLayer("conv1", 1, 2, kernel: 1, stride: 1, padding: 0, hasBias: false),
            new NeuronLayer("neuron1", new IfNeuron()), new AveragePoolLayer("pool1", kernel: 2, stride: 2),
            new FlattenLayer("flatten"), new LinearLayer("fc", 2, 2, hasBias: false),
        ], 2);

    public static NetworkWeights ImageWeights(NetworkDefinition network) => new(network,
        [new("conv1.weight", [2, 1, 1, 1], [1f, 0.5f]), new("fc.weight", [2, 2], [1f, 0f, 0f, 1f])]);

    public static AnalysisData Rows(params (float[] Features, int Label)[] rows) => new(
        rows.Select((row, index) => new AnalysisRow(index, row.Features, row.Label)), ["no", "yes"]);
}
