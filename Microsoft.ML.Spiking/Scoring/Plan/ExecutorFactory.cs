using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Int8;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>The factory of the executors that are compiled for a width of vectors.</summary>
internal abstract class ExecutorFactory
{
    /// <summary>Returns the factory for a width.</summary>
    public static ExecutorFactory Of(VectorWidth width) =>
        width.Resolve() switch
        {
            VectorWidth.Vector512 => new ExecutorFactory<Lanes512, Panel4<Lanes512>>(),
            VectorWidth.Vector256 => new ExecutorFactory<Lanes256, Panel2<Lanes256>>(),
            // With 32 registers the wide panel of 512-bit vectors fits here too.
            VectorWidth.Vector128 when RuntimeInformation.ProcessArchitecture == Architecture.Arm64 =>
                new ExecutorFactory<Lanes128, Panel4<Lanes128>>(),
            VectorWidth.Vector128 => new ExecutorFactory<Lanes128, Panel2<Lanes128>>(),
            _ => new ExecutorFactory<Lanes1, Panel2<Lanes1>>(),
        };

    /// <summary>Makes a linear layer.</summary>
    public abstract LayerExecutor Linear(FoldedWeights weights, int timeSteps, SignalKind kind);

    /// <summary>
    /// Makes a convolution of one image, of images of spikes, or of others that differ from step to step.
    /// </summary>
    public abstract LayerExecutor Convolution(
        ConvolutionShape shape, FoldedWeights weights, int timeSteps, SignalKind kind);

    /// <summary>Makes a convolution of the image of one step, whose sums do not depend on other steps.</summary>
    public abstract LayerExecutor StepConvolution(ConvolutionShape shape, FoldedWeights weights);

    public abstract LayerExecutor Affine(ChannelAffine affine, Interleaving order, int size, int timeSteps);

    public abstract LayerExecutor MeanPool(PoolWindows windows, int channels, int timeSteps);

    public abstract LayerExecutor LargestPool(PoolWindows windows, int channels, int timeSteps);

    public abstract LayerExecutor Neuron(
        NeuronKernel kernel, int timeSteps, int size, bool constantCurrent, SpikeTarget target);

    public abstract LayerExecutor Addition(int size, int timeSteps, bool constantInput);
}

/// <summary>The factory for one width of vectors.</summary>
internal sealed class ExecutorFactory<TLanes, TWide> : ExecutorFactory
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    public override LayerExecutor Linear(FoldedWeights weights, int timeSteps, SignalKind kind) =>
        Int8LayerExecutor.Of<TLanes>(weights, timeSteps, kind) ?? (kind == SignalKind.Spikes && timeSteps > 1
            ? new SpikeLinearExecutor<TLanes, TWide>(weights.Weight, weights.Bias, timeSteps)
            : new LinearExecutor<TLanes, TWide>(weights.Weight, weights.Bias, timeSteps));

    public override LayerExecutor Convolution(
        ConvolutionShape shape, FoldedWeights weights, int timeSteps, SignalKind kind)
    {
        PanelWeights<TLanes, TWide>[] groups = PanelWeights<TLanes, TWide>.OfGroups(shape, weights);
        return kind switch
        {
            SignalKind.Constant => new ConstantConvolutionExecutor<TLanes, TWide>(shape, groups),
            SignalKind.Spikes => new SpikeConvolutionExecutor<TLanes, TWide>(shape, groups, timeSteps),
            _ => new ConvolutionExecutor<TLanes, TWide>(shape, groups, timeSteps),
        };
    }

    public override LayerExecutor StepConvolution(ConvolutionShape shape, FoldedWeights weights) =>
        new ImageConvolutionExecutor<TLanes, TWide>(shape, PanelWeights<TLanes, TWide>.OfGroups(shape, weights));

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
