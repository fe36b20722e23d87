namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>
/// Where the trials of sweeps live, shared by any number of workers in any number of processes. Every method is one
/// transaction and may be called again after a failure that left open whether it happened. May be used from several threads.
/// </summary>
/// <remarks>
/// What is written about a trial is written under a claim: after the claim was lost, because the worker showed no sign of
/// life for too long and another took the trial up, nothing is written and the answer is <see langword="false"/>.
/// </remarks>
internal interface ITrialStore
{
    /// <summary>The sweep of that name, which is created if there is none.</summary>
    /// <param name="name">Unique in the database.</param>
    /// <param name="definition">Stored with a new sweep; the caller compares it with an old one's.</param>
    StudyRecord OpenStudy(string name, string definition);

    /// <summary>All trials with all reports.</summary>
    StudySnapshot Read(StudyRecord study);

    /// <summary>Adds a trial and claims it.</summary>
    /// <returns>Null if the number is taken.</returns>
    Claim? TryAdd(StudyRecord study, NewTrial trial, ClaimTicket ticket);

    /// <summary>
    /// Claims a trial that nobody is at, if it is still as it was seen. A claim that has expired is ended.
    /// </summary>
    /// <param name="seen">As it was when it was chosen.</param>
    /// <param name="targetEpoch">The epoch that it will be trained to.</param>
    /// <param name="ticket">Who asks.</param>
    /// <returns>Null if somebody else was quicker.</returns>
    Claim? TryClaim(TrialRecord seen, int targetEpoch, ClaimTicket ticket);

    /// <summary>A sign of life.</summary>
    bool Renew(Claim claim);

    /// <summary>Stores what an epoch gave; again, replaces it. A sign of life too.</summary>
    bool Report(Claim claim, EpochReport report);

    /// <summary>Leaves the trial.</summary>
    bool Release(Claim claim, TrialOutcome outcome);

    /// <summary>Replaces the checkpoint of a fold.</summary>
    /// <param name="claim">The right to do so.</param>
    /// <param name="fold">From 0.</param>
    /// <param name="checkpoint">The new one.</param>
    /// <param name="replaced">The old one's file, for the caller to delete; null for none.</param>
    bool WriteCheckpoint(Claim claim, int fold, CheckpointRecord checkpoint, out string? replaced);

    /// <summary>The checkpoint of a fold; null if there is none.</summary>
    CheckpointRecord? ReadCheckpoint(long trial, int fold);

    /// <summary>Ends trials that are paused, if they still are; those that failed, stopped or are running stay as they are.</summary>
    void Stop(IReadOnlyCollection<long> trials);

    /// <summary>Deletes the checkpoints of trials that nobody is at.</summary>
    /// <returns>Their files, for the caller to delete.</returns>
    IReadOnlyList<string> DeleteCheckpoints(IReadOnlyCollection<long> trials);
}
