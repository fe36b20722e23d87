using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>Executors that the library would not choose, to measure what its choice gains.</summary>
/// <param name="usual">Creates the executors that the library would choose.</param>
/// <param name="isDense">
/// Whether convolutions multiply everything; else layers of spikes go by active inputs, like other layers.
/// </param>
internal sealed class OtherExecutors(ExecutorFactory usual, bool isDense) : ExecutorFactory
{
    public override LayerExecutor Linear(FoldedWeights weights, int timeSteps, SignalKind kind) =>
        usual.Linear(weights, timeSteps, Other(kind));

    public override LayerExecutor Convolution(
        ConvolutionShape shape, FoldedWeights weights, int timeSteps, SignalKind kind) =>
        isDense && kind != SignalKind.Constant
            ? new DenseConvolution(usual.Convolution(shape, weights, timeSteps: 1, SignalKind.Constant),
                shape.InputPixels * shape.Layer.InputChannels, timeSteps)
            : usual.Convolution(shape, weights, timeSteps, Other(kind));

    public override LayerExecutor StepConvolution(ConvolutionShape shape, FoldedWeights weights) =>
        usual.StepConvolution(shape, weights);

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

    private static SignalKind Other(SignalKind kind) => kind == SignalKind.Spikes ? SignalKind.Graded : kind;
}

/// <summary>A convolution that multiplies everything, zeros included, at each time step.</summary>
/// <param name="step">The convolution of one image.</param>
/// <param name="inputSize">Floats of an input image.</param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class DenseConvolution(LayerExecutor step, int inputSize, int timeSteps) : LayerExecutor
{
    public override long OutputLength => step.OutputLength * timeSteps;

    public override long ScratchLength => step.ScratchLength;

    public override void Run(float* input, float* output, float* scratch)
    {
        for (int t = 0; t < timeSteps; t++)
        {
            step.Run(input + ((long)t * inputSize), output + (t * step.OutputLength), scratch);
        }
    }
}
