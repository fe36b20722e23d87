using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A convolution of spikes: at each place of the kernel the inputs with the same spikes in a block of steps are taken
/// together, which needs one addition for each of them and each output instead of a product for each step.
/// </summary>
/// <param name="shape">The sizes.</param>
/// <param name="groups">The weights of each group of channels.</param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class SpikeConvolutionExecutor<TLanes, TWide>(
    ConvolutionShape shape, PanelWeights<TLanes, TWide>[] groups, int timeSteps)
    : PanelConvolutionExecutor<TLanes, TWide>(shape, groups, timeSteps, SpikePatterns.MaxSteps)
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    // The overhang, the runs under the kernel, the groups of a place, the events, the start of each pixel's, and, if
    // there are several groups of channels, their part of the images.
    public override long ScratchLength => PanelWeights<TLanes, TWide>.OverhangLength + RunFloats +
        SpikeGroups.Length(Shape.KernelSize) + SpikeEvents.Length(GroupSize) + Shape.InputPixels + 1 +
        (Groups.Length > 1 ? (long)GroupSize * SpikePatterns.MaxSteps : 0);

    private long RunFloats => (((long)Shape.Layer.Kernel.Height * (sizeof(ActiveRun) / sizeof(float))) + 15) / 16 * 16;

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
        float* lists = groups + SpikeGroups.Length(Shape.KernelSize);
        int* starts = (int*)(lists + SpikeEvents.Length(GroupSize));
        float* part = (float*)(starts + Shape.InputPixels + 1);
        long inputSize = (long)Shape.InputPixels * Shape.Layer.InputChannels;
        for (int block = 0; block < Blocks.Count; block++)
        {
            int from = Blocks.Start(block), steps = Blocks.Start(block + 1) - from;
            for (int group = 0; group < Groups.Length; group++)
            {
                float* source = input + (from * inputSize);
                if (Groups.Length > 1)
                {
                    KernelWindow.CopyGroup(Shape, source, steps, group, part);
                    source = part;
                }
                SpikeEvents events = SpikeEvents.Find<TLanes>(source, steps, GroupSize, lists);
                KernelWindow.FindStarts(Shape, events.Inputs, events.Count, starts);
                Places(Groups[group], in events, starts, steps,
                    output + ((long)from * Shape.OutputSize) + (group * Shape.GroupOutputs), scratch);
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
        int channels = Shape.Layer.OutputChannels;
        for (int from = 0, to; from < Shape.GroupOutputs; from = to)
        {
            to = weights.CachedEnd(from);
            float* place = output;
            for (int y = 0; y < Shape.Output.Height; y++)
            {
                for (int x = 0; x < Shape.Output.Width; x++, place += channels)
                {
                    int count = KernelWindow.FindRuns(
                        Shape, y, x, events.Inputs, starts, values: null, valueStride: 0, runs);
                    SpikeGroups groups = SpikeGroups.Of(in events, runs, count, memory);
                    for (int first = from; first < to; first += weights.Width(first))
                    {
                        weights.FromGroups(
                            first, groups.Groups, groups.Count, steps, place + first, Shape.OutputSize, overhang);
                    }
                }
            }
        }
    }
}
