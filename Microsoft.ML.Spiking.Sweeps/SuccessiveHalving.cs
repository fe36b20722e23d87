namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// Asynchronous successive halving: every trial is trained for a few epochs and only the best fraction goes on, again
/// and again. Workers never wait for each other: a trial goes on as soon as it is among the best of those that have
/// come as far.
/// </summary>
/// <remarks>
/// Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, with promotion.
/// </remarks>
public sealed class SuccessiveHalving
{
    /// <summary>
    /// Gets or sets the reduction factor, from 2 to 100: one trial of that many goes on, and is trained that many times
    /// as long. Default 3.
    /// </summary>
    public int ReductionFactor { get; init; } = 3;

    /// <summary>
    /// Gets or sets the number of epochs before which no trial is judged, from 1 to 100,000. Default 1.
    /// </summary>
    public int MinimumEpochs { get; init; } = 1;

    /// <summary>Returns the epochs after which trials rest; the last is the end of a trial.</summary>
    internal static IReadOnlyList<int> Rungs(SuccessiveHalving? halving, int epochs)
    {
        var rungs = new List<int> { epochs };
        for (double rung = epochs; halving is not null; rungs.Insert(0, (int)Math.Round(rung)))
        {
            rung /= halving.ReductionFactor;
            if (Math.Round(rung) < halving.MinimumEpochs || Math.Round(rung) >= rungs[0])
            {
                break;
            }
        }
        return rungs;
    }

    internal IEnumerable<string> Faults()
    {
        if (ReductionFactor is < 2 or > 100)
        {
            yield return $"{nameof(SuccessiveHalving)}.{nameof(ReductionFactor)} is {ReductionFactor}; it must be " +
                "from 2 to 100.";
        }
        if (MinimumEpochs is < 1 or > OptionRanges.MostEpochs)
        {
            yield return $"{nameof(SuccessiveHalving)}.{nameof(MinimumEpochs)} is {MinimumEpochs}; it must be " +
                $"from 1 to {OptionRanges.MostEpochs}.";
        }
    }
}
