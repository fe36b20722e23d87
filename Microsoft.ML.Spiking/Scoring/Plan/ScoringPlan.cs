namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>What a row goes through, and the memory that it needs on the way. Immutable, shared by all threads.</summary>
/// <param name="Steps">In order.</param>
/// <param name="BufferLengths">Floats of each buffer.</param>
/// <param name="Output">The buffer that holds the mean logits at the end.</param>
internal sealed record ScoringPlan(ScoringStep[] Steps, long[] BufferLengths, int Output)
{
    /// <summary>Stands for the row that is scored, where a buffer's index is asked for. Nobody writes it.</summary>
    public const int Row = -1;

    // What passes between the layers for a block of rows, and what they need of weights, is to stay in the second cache.
    private const long BlockFloats = 1 << 19;
    private const int MostBlockRows = 8;

    /// <summary>Rows that go through the layers together.</summary>
    public int BlockRows { get; } = RowsTogether(Steps, BufferLengths);

    /// <summary>Floats of working memory that the steps share.</summary>
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
