using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A convolution of the image of one time step: densely where many inputs are active, and by active inputs where few
/// are. An output is the same either way, its bias and then a product after the other in the order of its inputs: what
/// an input of 0 adds changes nothing.
/// </summary>
/// <param name="shape">The sizes.</param>
/// <param name="groups">The weights of each group of channels.</param>
internal sealed unsafe class ImageConvolutionExecutor<TLanes, TWide>(
    ConvolutionShape shape, PanelWeights<TLanes, TWide>[] groups) : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    // How many inputs that are computed regardless cost as much as an active one, whose index is looked up: few where
    // panels lie side by side; else a sum waits for the one before.
    private readonly int _activeCost =
        shape.GroupOutputs >= PanelProduct<TWide>.SidePanels * TWide.Width ? 2 : 8;

    // Floats of working memory for images that share the weights in the cache.
    private const long TogetherFloats = 1 << 20;

    private readonly ConstantConvolutionExecutor<TLanes, TWide> _dense = new(shape, groups);
    private readonly ActiveConvolution<TLanes, TWide> _active = new(shape, groups);

    public override long OutputLength => shape.OutputSize;

    public override long ScratchLength => ScratchLengthFor(1);

    // Smaller weights stay in the second-level cache beside all that a step needs.
    public override bool GainsFromRows => (long)shape.KernelSize * shape.Layer.OutputChannels > 1 << 17;

    public override long ScratchLengthFor(int rows) => ScratchLengthOf(Together(rows));

    public override void Run(float* input, float* output, float* scratch) =>
        RunRows(input, inputStride: 0, output, outputStride: 0, rows: 1, scratch);

    public override void RunRows(
        float* input, long inputStride, float* output, long outputStride, int rows, float* scratch)
    {
        int together = Together(rows);
        for (int row = 0, end; row < rows; row = end)
        {
            float* images = input + (row * inputStride), target = output + (row * outputStride);
            bool isDense = IsDense(images);
            int most = Math.Min(rows, row + together);
            for (end = row + 1; end < most && IsDense(input + (end * inputStride)) == isDense; end++)
            {
            }
            if (isDense)
            {
                _dense.RunImages(images, inputStride, target, outputStride, end - row, scratch);
            }
            else
            {
                _active.RunImages(images, inputStride, target, outputStride, end - row, scratch);
            }
        }
    }

    private int Together(int rows) => (int)Math.Clamp(TogetherFloats / ScratchLengthOf(1), 1, rows);

    private long ScratchLengthOf(int images) =>
        Math.Max(_dense.ScratchLengthOf(images), _active.ScratchLengthOf(images));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool IsDense(float* input)
    {
        int size = checked(shape.InputPixels * shape.Layer.InputChannels), most = size / _activeCost, active = 0, i = 0;
        for (; i <= size - TLanes.Count && active <= most; i += TLanes.Count)
        {
            active += BitOperations.PopCount(TLanes.NonZero(TLanes.Load(input + i)));
        }
        for (; i < size && active <= most; i++)
        {
            active += input[i] != 0 ? 1 : 0;
        }
        return active > most;
    }
}
