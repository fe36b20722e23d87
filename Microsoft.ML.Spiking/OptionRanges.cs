namespace Microsoft.ML.Spiking;

/// <summary>
/// The limits of <see cref="SpikingClifTrainer.Options"/>, inclusive, stated once: validation, its messages and the
/// ranges of sweeps derive from them.
/// </summary>
internal static class OptionRanges
{
    public const int MostTimeSteps = 1_000;
    public const int MostEpochs = 100_000;
    public const int LargestBatch = 65_536;
    public const double HighestLearningRate = 100;
    public const double HighestWeightDecay = 1;
    public const double HighestSpikePenalty = 1;
    public const int MostThreads = 1_024;

    /// <summary>
    /// What a share below 1 (momentum, dropout, label smoothing) may at most be: the float next to 1.
    /// </summary>
    public const double LargestShareBelowOne = 1 - (1.0 / (1 << 24));

    /// <summary>
    /// Returns whether the value is from 0 up to, but not including, 1, in the single precision of training too.
    /// </summary>
    public static bool IsShareBelowOne(double value) => value >= 0 && (float)value < 1;

    /// <summary>
    /// Returns whether the value is finite and greater than 0, in the single precision of training too.
    /// </summary>
    public static bool IsPositive(double value) => (float)value is > 0 and < float.PositiveInfinity;
}
