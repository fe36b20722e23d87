using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>The arrays and sizes of a layer's backward pass.</summary>
internal unsafe struct BackwardArguments
{
    public NeuronConstants Constants;

    public float* Potential;

    /// <summary>
    /// The gradient by the spikes, or by the means of their windows where <see cref="Pooling"/> pools.
    /// </summary>
    public float* Upstream;

    public SpikePooling Pooling;

    public float* Gradient;

    /// <summary>Distance from one step's gradient to the next; 0 if the current is the same at every step.</summary>
    public long GradientStride;

    public int TimeSteps;

    /// <summary>
    /// Steps that the gradient of a spike reaches, its own included: 1 to <see cref="TimeSteps"/>. With fewer than all,
    /// <see cref="Gradient"/> is memory of its own.
    /// </summary>
    public int Reach;

    /// <summary>Number of neurons: the distance from one step's values to the next.</summary>
    public long Count;

    public bool Streaming;
}

/// <summary>The backward pass through time, block by block, after a replay where the neuron needs one.</summary>
/// <remarks>
/// Where a spike's gradient reaches R of the T steps, R passes over a block take every R-th spike each, with nothing
/// carried beyond the next of them: gradients are linear in those of the spikes, so that the sum of the passes is what
/// a graph gives that is cut R steps back from each spike. With R = T one pass takes all spikes.
/// </remarks>
internal static unsafe class NeuronBackwardPass<TEquations> where TEquations : struct, INeuronEquations
{
    /// <summary>
    /// Runs the neurons from <paramref name="start"/> to <paramref name="end"/> and returns their part of the learned
    /// value's gradient, without its factor.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Run(in BackwardArguments arguments, long start, long end)
    {
        int block = NeuronBlock.Length(arguments.TimeSteps, TEquations.ReplayedVariables, arguments.Pooling);
        bool isPooled = !arguments.Pooling.IsNone;
        int area = arguments.Pooling.Area;
        long replayedStep = (long)TEquations.ReplayedVariables * block;
        int reach = arguments.Reach;
        bool isCut = reach < arguments.TimeSteps;
        int carried = (TEquations.StateVariables + (isPooled || isCut ? 1 : 0)) * block;
        float* carry = ScratchMemory.Rent(carried + (replayedStep * arguments.TimeSteps));
        float* blockUpstream = carry + (TEquations.StateVariables * block);
        float* replayed = carry + carried;
        double sum = 0;
        BackwardStep step = default;
        step.Carry = carry;
        step.Stride = block;
        step.Streaming = arguments.Streaming;
        for (long first = start; first < end; first += block)
        {
            int count = (int)Math.Min(block, end - first);
            int last = arguments.TimeSteps - 1;
            if (TEquations.ReplayedVariables > 0)
            {
                Replay(in arguments, first, count, replayed, block);
            }
            step.Count = count;
            if (isCut)
            {
                sum += RunCut(in arguments, ref step, first, replayed, blockUpstream);
                continue;
            }
            new Span<float>(carry, TEquations.StateVariables * block).Clear();
            for (int t = last; t >= 0; t--)
            {
                long at = (t * arguments.Count) + first;
                step.Replayed = replayed + (t * replayedStep);
                step.Potential = TEquations.ReplayedVariables > 0 ? step.Replayed : arguments.Potential + at;
                step.PotentialBefore = t == 0 ? null : arguments.Potential + at - arguments.Count;
                step.Upstream = arguments.Upstream + (at / area);
                step.Gradient = arguments.Gradient + (t * arguments.GradientStride) + first;
                step.Accumulate = arguments.GradientStride == 0 && t < last;
                step.Next = t == 0 ? arguments.Potential + first + block : step.Upstream - arguments.Count;
                if (isPooled)
                {
                    arguments.Pooling.Backward(step.Upstream, blockUpstream, count);
                    step.Upstream = blockUpstream;
                    step.Next = arguments.Potential + at + block;
                }
                sum += TEquations.Backward(in arguments.Constants, in step);
            }
        }
        return sum;
    }

    /// <summary>The backward pass of a block in which a spike's gradient does not reach all steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double RunCut(
        in BackwardArguments arguments, ref BackwardStep step, long first, float* replayed, float* blockUpstream)
    {
        int last = arguments.TimeSteps - 1, block = step.Stride, area = arguments.Pooling.Area;
        long replayedStep = (long)TEquations.ReplayedVariables * block;
        double sum = 0;
        for (int pass = 0; pass < arguments.Reach; pass++)
        {
            for (int t = last - pass; t >= 0; t--)
            {
                long at = (t * arguments.Count) + first;
                bool isSource = (last - pass - t) % arguments.Reach == 0;
                step.Replayed = replayed + (t * replayedStep);
                step.Potential = TEquations.ReplayedVariables > 0 ? step.Replayed : arguments.Potential + at;
                step.PotentialBefore = t == 0 ? null : arguments.Potential + at - arguments.Count;
                step.Upstream = arguments.Upstream + (at / area);
                step.Gradient = arguments.Gradient + (t * arguments.GradientStride) + first;
                step.Accumulate = pass > 0 || (arguments.GradientStride == 0 && t < last);
                step.Next = arguments.Potential + at;
                if (isSource)
                {
                    new Span<float>(step.Carry, TEquations.StateVariables * block).Clear();
                    if (!arguments.Pooling.IsNone)
                    {
                        arguments.Pooling.Backward(step.Upstream, blockUpstream, step.Count);
                        step.Upstream = blockUpstream;
                    }
                }
                else
                {
                    new Span<float>(blockUpstream, step.Count).Clear();
                    step.Upstream = blockUpstream;
                }
                sum += TEquations.Backward(in arguments.Constants, in step);
            }
        }
        return sum;
    }

    private static void Replay(in BackwardArguments arguments, long first, int count, float* replayed, int block)
    {
        float* before = null;
        for (int t = 0; t < arguments.TimeSteps; t++)
        {
            float* potential = arguments.Potential + (t * arguments.Count) + first;
            float* next = t + 1 < arguments.TimeSteps
                ? potential + arguments.Count
                : arguments.Upstream + (((t * arguments.Count) + first) / arguments.Pooling.Area);
            TEquations.Replay(in arguments.Constants, potential, before, replayed, block, count, next);
            before = replayed;
            replayed += (long)TEquations.ReplayedVariables * block;
        }
    }
}
