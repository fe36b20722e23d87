using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>The memory of one scoring call: the plan's buffers for a block of rows, and the working memory that its steps share.</summary>
internal sealed unsafe class ScorerState(ScoringPlan plan)
{
    private const int CacheLine = 16;

    private readonly AlignedFloats[] _buffers = Buffers(plan);

    public AlignedFloats Scratch { get; } = new(plan.ScratchLength);

    /// <summary>Where a buffer of the plan starts, for the first row.</summary>
    public float* Buffer(int index) => _buffers[index].Pointer;

    /// <summary>From one row's part of a buffer to the next row's.</summary>
    /// <param name="length">Of a row's part.</param>
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
