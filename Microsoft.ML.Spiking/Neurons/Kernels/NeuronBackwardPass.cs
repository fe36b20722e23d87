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

    /// <summary>Number of neurons: the distance from one step's values to the next.</summary>
    public long Count;

    public bool Streaming;
}

/// <summary>The backward pass through time, block by block, after a replay where the neuron needs one.</summary>
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
        int carried = (TEquations.StateVariables + (isPooled ? 1 : 0)) * block;
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
            new Span<float>(carry, TEquations.StateVariables * block).Clear();
            step.Count = count;
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
