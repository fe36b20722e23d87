using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>
/// The memory of one scoring call: the plan's buffers for a block of rows, and the working memory that its steps share.
/// </summary>
internal sealed unsafe class ScorerState(ScoringPlan plan)
{
    private const int CacheLine = 16;

    private readonly AlignedFloats[] _buffers = Buffers(plan);

    public AlignedFloats Scratch { get; } = new(plan.ScratchLength);

    /// <summary>Returns the start of a buffer of the plan, for the first row.</summary>
    public float* Buffer(int index) => _buffers[index].Pointer;

    /// <summary>Returns the distance from one row's part of a buffer to the next row's.</summary>
    /// <param name="length">The length of a row's part.</param>
    public static long Stride(long length) => (length + CacheLine - 1) / CacheLine * CacheLine;

    private static AlignedFloats[] Buffers(ScoringPlan plan)
    {
        var buffers = new AlignedFloats[plan.BufferLengths.Length];
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i] = new AlignedFloats(plan.BlockRows * Stride(plan.BufferLengths[i]));
        }
        return buffers;
    }
}

/// <summary>
/// The states of finished calls, kept for later ones: with no more calls at once than processors, nothing is allocated
/// after the first few.
/// </summary>
internal sealed class ScorerStatePool(ScoringPlan plan)
{
    private readonly ScorerState?[] _idle = new ScorerState?[2 * Environment.ProcessorCount];

    /// <summary>Takes an idle state out of the pool, or makes one.</summary>
    public ScorerState Rent()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is ScorerState state)
            {
                return state;
            }
        }
        return new ScorerState(plan);
    }

    /// <summary>Takes a state back, or drops it if the pool is full.</summary>
    public void Return(ScorerState state)
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], state, null) is null)
            {
                return;
            }
        }
    }

    /// <summary>Drops the idle states.</summary>
    public void Clear() => Array.Clear(_idle);
}
