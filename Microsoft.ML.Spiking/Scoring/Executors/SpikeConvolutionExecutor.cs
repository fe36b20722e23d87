using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A convolution of spikes: at each place of the kernel the inputs with the same spikes in a block of steps are taken
/// together, which needs one addition for each of them and each output instead of a product for each step.
/// </summary>
internal sealed unsafe class SpikeConvolutionExecutor<TLanes, TWide> : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    private readonly ConvolutionShape _shape;
    private readonly PanelWeights<TLanes, TWide>[] _groups;
    private readonly int _timeSteps;
    private readonly TimeBlocks _blocks;

    /// <param name="shape">The sizes.</param>
    /// <param name="weights">The layer's weights and biases.</param>
    /// <param name="timeSteps">T.</param>
    public SpikeConvolutionExecutor(ConvolutionShape shape, FoldedWeights weights, int timeSteps)
    {
        _shape = shape;
        _groups = PanelWeights<TLanes, TWide>.OfGroups(shape, weights);
        _timeSteps = timeSteps;
        _blocks = new(timeSteps, SpikePatterns.MaxSteps);
    }

    public override long OutputLength => (long)_timeSteps * _shape.OutputSize;

    // The overhang, the runs under the kernel, the groups of a place, the events, the start of each pixel's, and, if
    // there are several groups of channels, their part of the images.
    public override long ScratchLength => PanelWeights<TLanes, TWide>.OverhangLength + RunFloats +
        SpikeGroups.Length(_shape.KernelSize) + SpikeEvents.Length(GroupSize) + _shape.InputPixels + 1 +
        (_groups.Length > 1 ? (long)GroupSize * SpikePatterns.MaxSteps : 0);

    private int GroupSize => checked(_shape.InputPixels * _shape.GroupInputs);

    private long RunFloats => (((long)_shape.Layer.Kernel.Height * (sizeof(ActiveRun) / sizeof(float))) + 15) / 16 * 16;

    /// <inheritdoc/>
    /// <remarks>
    /// Pointers stay within their buffers: the parts of the scratch below are those that <see cref="ScratchLength"/>
    /// sums, in the same order. A place of the kernel sees at most KernelSize inputs, which the groups have room for;
    /// there are at most GroupSize events, a start for each pixel and one more, and one run for each row of the kernel;
    /// the part of a group of channels holds a block of at most <see cref="SpikePatterns.MaxSteps"/> steps.
    /// </remarks>
    public override void Run(float* input, float* output, float* scratch)
    {
        float* groups = scratch + PanelWeights<TLanes, TWide>.OverhangLength + RunFloats;
        float* lists = groups + SpikeGroups.Length(_shape.KernelSize);
        int* starts = (int*)(lists + SpikeEvents.Length(GroupSize));
        float* part = (float*)(starts + _shape.InputPixels + 1);
        long inputSize = (long)_shape.InputPixels * _shape.Layer.InputChannels;
        for (int block = 0; block < _blocks.Count; block++)
        {
            int from = _blocks.Start(block), steps = _blocks.Start(block + 1) - from;
            for (int group = 0; group < _groups.Length; group++)
            {
                float* source = input + (from * inputSize);
                if (_groups.Length > 1)
                {
                    KernelWindow.CopyGroup(_shape, source, steps, group, part);
                    source = part;
                }
                SpikeEvents events = SpikeEvents.Find<TLanes>(source, steps, GroupSize, lists);
                KernelWindow.FindStarts(_shape, events.Inputs, events.Count, starts);
                Places(_groups[group], in events, starts, steps,
                    output + ((long)from * _shape.OutputSize) + (group * _shape.GroupOutputs), scratch);
            }
        }
    }

    /// <summary>
    /// Computes all places, for as many panels at once as have weights that stay in the second cache: they share the
    /// groups of inputs at a place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Places(PanelWeights<TLanes, TWide> weights, in SpikeEvents events, int* starts, int steps,
        float* output, float* scratch)
    {
        float* overhang = scratch;
        var runs = (ActiveRun*)(scratch + PanelWeights<TLanes, TWide>.OverhangLength);
        float* memory = (float*)runs + RunFloats;
        int channels = _shape.Layer.OutputChannels;
        for (int from = 0, to; from < _shape.GroupOutputs; from = to)
        {
            to = weights.CachedEnd(from);
            float* place = output;
            for (int y = 0; y < _shape.Output.Height; y++)
            {
                for (int x = 0; x < _shape.Output.Width; x++, place += channels)
                {
                    int count = KernelWindow.FindRuns(
                        _shape, y, x, events.Inputs, starts, values: null, valueStride: 0, runs);
                    SpikeGroups groups = SpikeGroups.Of(in events, runs, count, memory);
                    for (int first = from; first < to; first += weights.Width(first))
                    {
                        weights.FromGroups(
                            first, groups.Groups, groups.Count, steps, place + first, _shape.OutputSize, overhang);
                    }
                }
            }
        }
    }
}
