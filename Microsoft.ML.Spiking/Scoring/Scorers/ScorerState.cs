using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>
/// The memory of one scoring call: the plan's buffers for a block of rows, and the working memory that its steps share.
/// </summary>
internal sealed unsafe class ScorerState(ScoringPlan plan)
{
    private readonly AlignedFloats[] _buffers = Buffers(plan);

    public AlignedFloats Scratch { get; } = new(plan.ScratchLength);

    /// <summary>Returns the start of a buffer of the plan, for the first row.</summary>
    public float* Buffer(int index) => _buffers[index].Pointer;

    /// <summary>Returns the distance from one row's part of a buffer to the next row's.</summary>
    /// <param name="length">The length of a row's part.</param>
    public static long Stride(long length) => CacheLines.Whole(length);

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
