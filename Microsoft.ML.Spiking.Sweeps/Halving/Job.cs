using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>What a worker that is free does next.</summary>
internal abstract record Job
{
    private Job() { }

    /// <summary>Train a trial that is there.</summary>
    /// <param name="Trial">Nobody is at it.</param>
    /// <param name="TargetEpoch">The epoch to train it to.</param>
    public sealed record Continue(TrialRecord Trial, int TargetEpoch) : Job;

    /// <summary>Begin a trial.</summary>
    /// <param name="Number">From 1.</param>
    /// <param name="TargetEpoch">The epoch to train it to.</param>
    public sealed record Begin(int Number, int TargetEpoch) : Job;

    /// <summary>Train the values of a trial with another seed.</summary>
    /// <param name="Of">The trial.</param>
    /// <param name="Number">Of the repetition, from 1.</param>
    public sealed record Repeat(TrialRecord Of, int Number) : Job;

    /// <summary>Look again a little later: others are at work, and what they find may give work.</summary>
    public sealed record Wait : Job;

    /// <summary>There is nothing left.</summary>
    public sealed record End : Job;
}
