using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>Makes the executors for one width of vectors.</summary>
internal sealed class ExecutorFactory<TLanes, TWide> : ExecutorFactory
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    public override LayerExecutor Linear(FoldedWeights weights, int timeSteps, SignalKind kind) => kind == SignalKind.Spikes
        ? new SpikeLinearExecutor<TLanes, TWide>(weights.Weight, weights.Bias, timeSteps)
        : new LinearExecutor<TLanes, TWide>(weights.Weight, weights.Bias, timeSteps);

    public override LayerExecutor Convolution(
        ConvolutionShape shape, FoldedWeights weights, int timeSteps, SignalKind kind) => kind switch
        {
            SignalKind.Constant => new ConstantConvolutionExecutor<TLanes, TWide>(shape, weights),
            SignalKind.Spikes => new SpikeConvolutionExecutor<TLanes, TWide>(shape, weights, timeSteps),
            _ => new ConvolutionExecutor<TLanes, TWide>(shape, weights, timeSteps),
        };

    public override LayerExecutor Affine(ChannelAffine affine, Interleaving order, int size, int timeSteps) =>
        new AffineExecutor<TLanes>(affine, order, size, timeSteps);

    public override LayerExecutor MeanPool(PoolWindows windows, int channels, int timeSteps) =>
        new PoolExecutor<TLanes, MeanPooling>(windows, channels, timeSteps);

    public override LayerExecutor LargestPool(PoolWindows windows, int channels, int timeSteps) =>
        new PoolExecutor<TLanes, LargestPooling>(windows, channels, timeSteps);

    public override LayerExecutor Neuron(
        NeuronKernel kernel, int timeSteps, int size, bool constantCurrent, SpikeTarget target) =>
        new NeuronExecutor<TLanes>(kernel, timeSteps, size, constantCurrent, target);

    public override LayerExecutor Addition(int size, int timeSteps, bool constantInput) =>
        new AdditionExecutor<TLanes>(size, timeSteps, constantInput);
}
