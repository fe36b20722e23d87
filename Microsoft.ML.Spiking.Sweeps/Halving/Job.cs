using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>The next thing that a free worker does.</summary>
internal abstract record Job
{
    private Job() { }

    /// <summary>Train an existing trial.</summary>
    /// <param name="Trial">A trial that no living worker trains.</param>
    /// <param name="TargetEpoch">The epoch to which to train it.</param>
    public sealed record Continue(TrialRecord Trial, int TargetEpoch) : Job;

    /// <summary>Begin a trial.</summary>
    /// <param name="Number">From 1.</param>
    /// <param name="TargetEpoch">The epoch to which to train it.</param>
    public sealed record Begin(int Number, int TargetEpoch) : Job;

    /// <summary>Train the values of a trial with another seed.</summary>
    /// <param name="Of">The trial.</param>
    /// <param name="Number">The repetition, from 1.</param>
    public sealed record Repeat(TrialRecord Of, int Number) : Job;

    /// <summary>Look again a little later: others are at work, and their results may lead to more work.</summary>
    public sealed record Wait : Job;

    /// <summary>Stop: nothing is left to do.</summary>
    public sealed record End : Job;
}
