using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A convolution of spikes or graded values: at each place of the kernel the weights of those inputs that are active at
/// any step are loaded once, and they update several steps of some neighbouring channels in registers.
/// </summary>
/// <remarks>
/// Images lie pixel after pixel, so that the inputs under a row of the kernel are one run in the list of active inputs,
/// and the list serves all places.
/// </remarks>
/// <param name="shape">The sizes.</param>
/// <param name="groups">The weights of each group of channels.</param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class ConvolutionExecutor<TLanes, TWide>(
    ConvolutionShape shape, PanelWeights<TLanes, TWide>[] groups, int timeSteps)
    : PanelConvolutionExecutor<TLanes, TWide>(shape, groups, timeSteps, PanelProduct<TWide>.MaxSteps)
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    // Of a group: the active inputs, where each pixel's begin and, if there are several groups, its part of the images.
    public override long ScratchLength => PanelWeights<TLanes, TWide>.OverhangLength + TWide.Width + (2L * RunFloats) +
        ActiveInputs.Length(GroupSize, TimeSteps) + (2L * (Shape.InputPixels + 1)) +
        (Groups.Length > 1 ? (long)GroupSize * TimeSteps : 0);

    private long RunFloats => (long)Shape.Layer.Kernel.Height * (sizeof(ActiveRun) / sizeof(float));

    /// <inheritdoc/>
    /// <remarks>
    /// Pointers stay within their buffers: the parts of the scratch below are those that <see cref="ScratchLength"/>
    /// sums, in the same order. The lists hold at most GroupSize inputs, the starts a value for each pixel and one
    /// more; under the kernel lies at most one run for each of its rows, and <see cref="KernelWindow.FindRuns"/> takes
    /// rows and columns of the image alone; an output's place is below OutputSize, and a panel that would stick out
    /// goes to the overhang.
    /// </remarks>
    public override void Run(float* input, float* output, float* scratch)
    {
        ConvolutionMemory memory;
        memory.Overhang = scratch;
        memory.Start = scratch + PanelWeights<TLanes, TWide>.OverhangLength;
        memory.Changing = (ActiveRun*)(memory.Start + TWide.Width);
        memory.Constant = memory.Changing + Shape.Layer.Kernel.Height;
        memory.ChangingStarts = (int*)(memory.Constant + Shape.Layer.Kernel.Height);
        memory.ConstantStarts = memory.ChangingStarts + Shape.InputPixels + 1;
        float* lists = (float*)(memory.ConstantStarts + Shape.InputPixels + 1);
        float* part = lists + ActiveInputs.Length(GroupSize, TimeSteps);
        for (int group = 0; group < Groups.Length; group++)
        {
            float* source = input;
            if (Groups.Length > 1)
            {
                KernelWindow.CopyGroup(Shape, input, TimeSteps, group, part);
                source = part;
            }
            memory.Active = ActiveInputs.Find<TLanes>(source, TimeSteps, GroupSize, lists);
            KernelWindow.FindStarts(Shape, memory.Active.Changing, memory.Active.ChangingCount, memory.ChangingStarts);
            KernelWindow.FindStarts(Shape, memory.Active.Constant, memory.Active.ConstantCount, memory.ConstantStarts);
            Places(group, in memory, output + (group * Shape.GroupOutputs));
        }
    }

    /// <summary>
    /// Computes all places, for as many panels at once as have weights that stay in the second cache: they share the
    /// runs under the kernel at a place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Places(int group, in ConvolutionMemory memory, float* output)
    {
        PanelWeights<TLanes, TWide> weights = Groups[group];
        ActiveInputs active = memory.Active;
        int channels = Shape.Layer.OutputChannels;
        for (int from = 0, to; from < Shape.GroupOutputs; from = to)
        {
            to = weights.CachedEnd(from);
            float* place = output;
            for (int y = 0; y < Shape.Output.Height; y++)
            {
                for (int x = 0; x < Shape.Output.Width; x++, place += channels)
                {
                    int constant = KernelWindow.FindRuns(Shape, y, x,
                        active.Constant, memory.ConstantStarts, active.ConstantValues, 1, memory.Constant);
                    int changing = KernelWindow.FindRuns(Shape, y, x,
                        active.Changing, memory.ChangingStarts, active.Values, TimeSteps, memory.Changing);
                    for (int first = from; first < to; first += weights.Width(first))
                    {
                        Place(weights, first, in memory, constant, changing, place + first);
                    }
                }
            }
        }
    }

    /// <summary>Computes one panel at one place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Place(PanelWeights<TLanes, TWide> weights, int first, in ConvolutionMemory memory, int constant,
        int changing, float* output)
    {
        float* start = weights.Bias(first);
        if (constant > 0)
        {
            weights.FromConstant(first, memory.Constant, constant, memory.Start);
            start = memory.Start;
        }
        for (int block = 0; block < Blocks.Count; block++)
        {
            int step = Blocks.Start(block), steps = Blocks.Start(block + 1) - step;
            weights.FromActive(first, start, memory.Changing, changing, step, TimeSteps, steps,
                output + ((long)step * Shape.OutputSize), Shape.OutputSize, memory.Overhang);
        }
    }
}

/// <summary>The parts of the working memory of a convolution, for one group of channels.</summary>
internal unsafe struct ConvolutionMemory
{
    /// <summary>The active inputs of the group.</summary>
    public ActiveInputs Active;

    /// <summary>For each pixel, and the one after the last, how many changing inputs lie before it.</summary>
    public int* ChangingStarts;

    /// <summary>The same for inputs that do not change.</summary>
    public int* ConstantStarts;

    /// <summary>The changing inputs under the kernel, a run for each of its rows.</summary>
    public ActiveRun* Changing;

    /// <summary>The same for inputs that do not change.</summary>
    public ActiveRun* Constant;

    /// <summary>The panel that the changing inputs are added to.</summary>
    public float* Start;

    /// <summary>A panel for each step, for panels that extend beyond the last output.</summary>
    public float* Overhang;
}
