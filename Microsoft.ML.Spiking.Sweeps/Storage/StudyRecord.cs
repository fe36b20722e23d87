namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A sweep as the database knows it.</summary>
/// <param name="Id">The database's own id.</param>
/// <param name="Name">Unique in the database.</param>
/// <param name="Definition">What the sweep was begun with, as JSON.</param>
/// <param name="Space">The space in which the trials' values are read.</param>
internal sealed record StudyRecord(long Id, string Name, string Definition, SweepSpace Space);

/// <summary>All trials of a sweep at one moment.</summary>
/// <param name="Trials">By number, then repetition.</param>
/// <param name="Reports">By trial id, each by epoch, then fold. Trials without reports are absent.</param>
internal sealed record StudySnapshot(
    IReadOnlyList<TrialRecord> Trials, IReadOnlyDictionary<long, IReadOnlyList<EpochReport>> Reports)
{
    /// <summary>Gets the trials of the search, without their repetitions with other seeds.</summary>
    public IEnumerable<TrialRecord> Search => Trials.Where(trial => trial.Repeat == 0);
}
