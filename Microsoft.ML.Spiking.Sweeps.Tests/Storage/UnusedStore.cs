using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Storage;

/// <summary>A store whose methods all throw, except those that a test overrides.</summary>
internal abstract class UnusedStore : ITrialStore
{
    public abstract bool Renew(Claim claim);

    public StudyRecord OpenStudy(string name, string definition, SweepSpace space) => throw new NotSupportedException();

    public StudySnapshot Read(StudyRecord study) => throw new NotSupportedException();

    public Claim? TryAdd(StudyRecord study, NewTrial trial, ClaimTicket ticket) => throw new NotSupportedException();

    public Claim? TryClaim(TrialRecord seen, int targetEpoch, ClaimTicket ticket) => throw new NotSupportedException();

    public bool Report(Claim claim, EpochReport report) => throw new NotSupportedException();

    public bool Release(Claim claim, TrialOutcome outcome) => throw new NotSupportedException();

    public bool WriteCheckpoint(Claim claim, int fold, CheckpointRecord checkpoint, out string? replaced) =>
        throw new NotSupportedException();

    public CheckpointRecord? ReadCheckpoint(long trial, int fold) => throw new NotSupportedException();

    public void Stop(IReadOnlyCollection<long> trials) => throw new NotSupportedException();

    public IReadOnlyList<string> DeleteCheckpoints(IReadOnlyCollection<long> trials) =>
        throw new NotSupportedException();

    public bool IsAbandoned(string token, string file) => throw new NotSupportedException();
}
