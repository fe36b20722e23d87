using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>The library's executors, but linear layers of spikes with weights of int8 where they can be.</summary>
/// <param name="usual">Makes what the library would.</param>
/// <param name="takesConstant">Whether layers of an input that is the same at every step have such weights, too.</param>
internal sealed class Int8Executors(ExecutorFactory usual, bool takesConstant) : ExecutorFactory
{
    /// <summary>Gets the number of layers that were made with weights of int8.</summary>
    public int Layers { get; private set; }

    public override LayerExecutor Linear(FoldedWeights weights, int timeSteps, SignalKind kind)
    {
        LayerExecutor? layer = kind switch
        {
            SignalKind.Spikes when Int8SpikeLinear.Takes(weights.Bias, timeSteps) =>
                new Int8SpikeLinear(weights.Weight, weights.Bias),
            SignalKind.Constant when takesConstant && Int8ConstantLinear.Takes(weights.Bias) =>
                new Int8ConstantLinear(weights.Weight, weights.Bias),
            _ => null,
        };
        Layers += layer is null ? 0 : 1;
        return layer ?? usual.Linear(weights, timeSteps, kind);
    }

    public override LayerExecutor Convolution(
        ConvolutionShape shape, FoldedWeights weights, int timeSteps, SignalKind kind) =>
        usual.Convolution(shape, weights, timeSteps, kind);

    public override LayerExecutor Affine(ChannelAffine affine, Interleaving order, int size, int timeSteps) =>
        usual.Affine(affine, order, size, timeSteps);

    public override LayerExecutor MeanPool(PoolWindows windows, int channels, int timeSteps) =>
        usual.MeanPool(windows, channels, timeSteps);

    public override LayerExecutor LargestPool(PoolWindows windows, int channels, int timeSteps) =>
        usual.LargestPool(windows, channels, timeSteps);

    public override LayerExecutor Neuron(
        NeuronKernel kernel, int timeSteps, int size, bool constantCurrent, SpikeTarget target) =>
        usual.Neuron(kernel, timeSteps, size, constantCurrent, target);

    public override LayerExecutor Addition(int size, int timeSteps, bool constantInput) =>
        usual.Addition(size, timeSteps, constantInput);
}
