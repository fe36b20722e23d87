using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>The arrays and sizes of a layer's forward pass.</summary>
internal unsafe struct ForwardArguments
{
    public NeuronConstants Constants;

    public float* Current;

    /// <summary>Distance from one step's current to the next; 0 if it is the same at every step.</summary>
    public long CurrentStride;

    /// <summary>Takes the spikes, or the means of their windows where <see cref="Pooling"/> pools.</summary>
    public float* Spikes;

    public SpikePooling Pooling;

    /// <summary>Takes h; null if it is not kept.</summary>
    public float* Potential;

    public int TimeSteps;

    /// <summary>Number of neurons: the distance from one step's outputs to the next.</summary>
    public long Count;

    public bool Streaming;
}

/// <summary>The forward pass through time, block by block.</summary>
/// <remarks>
/// A column of one vector through all steps would keep the state in registers, but touch T pages for 64 bytes each, in
/// lines that share a cache set when the number of neurons is a power of two, with a dependence from step to step that
/// nothing hides. A block's steps are read as streams instead, and its vectors are independent of each other.
/// </remarks>
internal static unsafe class NeuronForwardPass<TEquations> where TEquations : struct, INeuronEquations
{
    // One step of a block is then one page of memory in each array.
    private const int StepBlock = 1024;

    /// <summary>Takes neurons one step on, block by block, from the state that the step before left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Step(in NeuronConstants constants, in ForwardStep all)
    {
        ForwardStep step = all;
        for (int first = 0; first < all.Count; first += StepBlock)
        {
            step.Count = Math.Min(StepBlock, all.Count - first);
            step.Current = all.Current + first;
            step.Spikes = all.Spikes + first;
            step.State = all.State + first;
            step.Next = step.Current + step.Count; // never read, only prefetched
            TEquations.Forward(in constants, in step);
        }
    }

    /// <summary>
    /// Runs the neurons from <paramref name="start"/> to <paramref name="end"/> and returns their number of spikes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Run(in ForwardArguments arguments, long start, long end)
    {
        int block = NeuronBlock.Length(arguments.TimeSteps, replayedVariables: 0, arguments.Pooling);
        bool isPooled = !arguments.Pooling.IsNone;
        float* state = ScratchMemory.Rent((TEquations.StateVariables + (isPooled ? 1 : 0)) * block);
        float* blockSpikes = state + (TEquations.StateVariables * block);
        int area = arguments.Pooling.Area;
        double fired = 0;
        ForwardStep step = default;
        step.State = state;
        step.Stride = block;
        step.Streaming = arguments.Streaming;
        step.StreamingSpikes = arguments.Streaming && !isPooled;
        for (long first = start; first < end; first += block)
        {
            int count = (int)Math.Min(block, end - first);
            if (arguments.Constants.ResetPotential == 0)
            {
                new Span<float>(state, count).Clear();
            }
            else
            {
                new Span<float>(state, count).Fill(arguments.Constants.ResetPotential);
            }
            if (TEquations.StateVariables > 1)
            {
                new Span<float>(state + block, (TEquations.StateVariables - 1) * block).Clear();
            }
            step.Count = count;
            step.Current = arguments.Current + first;
            float* spikes = arguments.Spikes + (isPooled ? first / area : first);
            step.Spikes = isPooled ? blockSpikes : spikes;
            step.Potential = arguments.Potential == null ? null : arguments.Potential + first;
            for (int t = 0; t < arguments.TimeSteps; t++)
            {
                step.Next = t + 1 < arguments.TimeSteps
                    ? step.Current + arguments.CurrentStride
                    : arguments.Current + first + block;
                fired += TEquations.Forward(in arguments.Constants, in step);
                step.Current += arguments.CurrentStride;
                if (isPooled)
                {
                    arguments.Pooling.Forward(blockSpikes, spikes, count);
                    spikes += arguments.Count / area;
                }
                else
                {
                    step.Spikes += arguments.Count;
                }
                step.Potential = step.Potential == null ? null : step.Potential + arguments.Count;
            }
        }
        return fired;
    }
}
