namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>
/// The storage of sweeps' trials, shared by any number of workers in any number of processes. Each method is one
/// transaction and may be called again after a failure that left open whether it happened. Thread-safe.
/// </summary>
/// <remarks>
/// Everything about a trial is written under a claim. Once the claim is lost, because the worker showed no sign of life
/// for too long and another one took up the trial, nothing is written and the methods return <see langword="false"/>.
/// </remarks>
internal interface ITrialStore
{
    /// <summary>Opens the sweep of a name, and creates it if there is none.</summary>
    /// <param name="name">Unique in the database.</param>
    /// <param name="definition">Stored with a new sweep; the caller compares it with that of an existing one.</param>
    /// <param name="space">The space in which the trials' values are read.</param>
    StudyRecord OpenStudy(string name, string definition, SweepSpace space);

    /// <summary>Reads all trials with all reports.</summary>
    /// <exception cref="SweepStorageException">A row is damaged.</exception>
    StudySnapshot Read(StudyRecord study);

    /// <summary>Adds a trial and claims it.</summary>
    /// <returns>Null if the number is taken.</returns>
    Claim? TryAdd(StudyRecord study, NewTrial trial, ClaimTicket ticket);

    /// <summary>
    /// Claims a trial that no living worker trains, if it is still as it was seen. A claim that has expired, or whose
    /// process on this machine has ended, is ended.
    /// </summary>
    /// <param name="seen">The trial as it was when it was chosen.</param>
    /// <param name="targetEpoch">The epoch to which it will be trained.</param>
    /// <param name="ticket">The worker's request.</param>
    /// <returns>Null if another worker was faster.</returns>
    Claim? TryClaim(TrialRecord seen, int targetEpoch, ClaimTicket ticket);

    /// <summary>Stores a heartbeat.</summary>
    bool Renew(Claim claim);

    /// <summary>Stores the metrics of an epoch, in place of earlier ones of the same epoch. Also a heartbeat.</summary>
    bool Report(Claim claim, EpochReport report);

    /// <summary>Leaves the trial.</summary>
    bool Release(Claim claim, TrialOutcome outcome);

    /// <summary>Replaces the checkpoint of a fold.</summary>
    /// <param name="claim">The right to do so.</param>
    /// <param name="fold">From 0.</param>
    /// <param name="checkpoint">The new checkpoint.</param>
    /// <param name="replaced">The old checkpoint's file, for the caller to delete; null for none.</param>
    bool WriteCheckpoint(Claim claim, int fold, CheckpointRecord checkpoint, out string? replaced);

    /// <summary>Reads the checkpoint of a fold; null if there is none.</summary>
    /// <exception cref="FormatException">The row is damaged.</exception>
    CheckpointRecord? ReadCheckpoint(long trial, int fold);

    /// <summary>Ends trials that are paused, if they still are; all others stay as they are.</summary>
    void Stop(IReadOnlyCollection<long> trials);

    /// <summary>Deletes the checkpoints of trials that no worker has claimed.</summary>
    /// <returns>Their files, for the caller to delete.</returns>
    IReadOnlyList<string> DeleteCheckpoints(IReadOnlyCollection<long> trials);

    /// <summary>
    /// Returns whether a checkpoint's file is useless: the claim it was written under has ended, and no row refers to
    /// it.
    /// </summary>
    /// <param name="token">The token of that claim.</param>
    /// <param name="file">The file's name.</param>
    bool IsAbandoned(string token, string file);
}
