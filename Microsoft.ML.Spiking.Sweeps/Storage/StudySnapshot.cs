namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>All trials of a sweep at one moment.</summary>
/// <param name="Trials">By number, then repetition.</param>
/// <param name="Reports">By trial id; each by epoch, then fold. Trials without reports are not in it.</param>
internal sealed record StudySnapshot(
    IReadOnlyList<TrialRecord> Trials, IReadOnlyDictionary<long, IReadOnlyList<EpochReport>> Reports);
