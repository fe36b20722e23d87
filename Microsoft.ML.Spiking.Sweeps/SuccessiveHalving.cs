namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// Asynchronous successive halving: every trial is trained for a few epochs, and only the best part of them goes on, again and
/// again. Nobody waits for others: a trial goes on as soon as it is among the best of those that have come as far.
/// </summary>
/// <remarks>Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, with promotion.</remarks>
public sealed record SuccessiveHalving
{
    /// <summary>One of so many trials goes on, and is trained so many times as long; from 2 to 100. Default 3.</summary>
    public int ReductionFactor { get; init; } = 3;

    /// <summary>No trial is judged before so many epochs, at least 1. Default 1.</summary>
    public int LeastEpochs { get; init; } = 1;

    /// <summary>The epochs after which trials rest; the last is the end.</summary>
    internal static IReadOnlyList<int> Rungs(SuccessiveHalving? halving, int epochs)
    {
        var rungs = new List<int> { epochs };
        for (double rung = epochs; halving is not null; rungs.Insert(0, (int)Math.Round(rung)))
        {
            rung /= halving.ReductionFactor;
            if (Math.Round(rung) < halving.LeastEpochs || Math.Round(rung) >= rungs[0])
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
            yield return $"{nameof(SuccessiveHalving)}.{nameof(ReductionFactor)} is {ReductionFactor}; it must be from 2 to 100.";
        }
        if (LeastEpochs < 1)
        {
            yield return $"{nameof(SuccessiveHalving)}.{nameof(LeastEpochs)} is {LeastEpochs}; it must be at least 1.";
        }
    }
}
