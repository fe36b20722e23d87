namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>Time steps in blocks of nearly equal length, each no longer than registers allow.</summary>
/// <param name="timeSteps">T.</param>
/// <param name="longest">The largest number of steps of a block.</param>
internal readonly struct TimeBlocks(int timeSteps, int longest)
{
    /// <summary>Gets the number of blocks.</summary>
    public int Count { get; } = (timeSteps + longest - 1) / longest;

    /// <summary>Returns the first step of a block; that of the block after the last is T.</summary>
    public int Start(int block) => (int)((long)timeSteps * block / Count);
}
