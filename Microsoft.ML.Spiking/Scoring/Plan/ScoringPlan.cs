using Microsoft.ML.Spiking.Scoring.Executors;

namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>The steps of scoring a row, and the memory that they need. Immutable, shared by all threads.</summary>
/// <param name="Steps">The steps in order.</param>
/// <param name="BufferLengths">The number of floats of each buffer.</param>
/// <param name="Output">The buffer that holds the mean logits at the end.</param>
internal sealed record ScoringPlan(ScoringStep[] Steps, long[] BufferLengths, int Output)
{
    /// <summary>Stands for the row that is scored, in the place of a buffer's index. It is never written.</summary>
    public const int Row = -1;

    // The values between the layers for a block of rows, and the weights, are to stay in the second cache.
    private const long BlockFloats = 1 << 19;
    private const int MostBlockRows = 8;

    /// <summary>Gets the number of rows that go through the layers together.</summary>
    public int BlockRows { get; } = RowsTogether(Steps, BufferLengths);

    /// <summary>Gets the number of floats of working memory that the steps share.</summary>
    public long ScratchLength
    {
        get
        {
            long longest = 0;
            foreach (ScoringStep step in Steps)
            {
                longest = Math.Max(longest, step.Executor.ScratchLengthFor(BlockRows));
            }
            return longest;
        }
    }

    private static int RowsTogether(ScoringStep[] steps, long[] bufferLengths)
    {
        bool isGain = false;
        foreach (ScoringStep step in steps)
        {
            isGain |= step.Executor.GainsFromRows;
        }
        long floats = 1;
        foreach (long length in bufferLengths)
        {
            floats = checked(floats + length);
        }
        return isGain ? (int)Math.Clamp(BlockFloats / floats, 1, MostBlockRows) : 1;
    }
}

/// <summary>An executor and the buffers that it reads and writes.</summary>
/// <param name="Executor">The executor.</param>
/// <param name="Input">The buffer that it reads; <see cref="ScoringPlan.Row"/> for the row itself.</param>
/// <param name="Output">The buffer that it writes.</param>
internal sealed record ScoringStep(LayerExecutor Executor, int Input, int Output);
