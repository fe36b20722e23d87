using Microsoft.Data.Sqlite;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Storage;

[TestClass]
public sealed class PatientTrialStoreTests
{
    private const int Busy = 5;
    private const int Corrupt = 11;

    private readonly List<string> _warnings = [];

    [TestMethod]
    public void Renew_DatabaseAwayForAWhile_WaitsAndWarnsOnce()
    {
        var store = new FailingStore(failures: 3, Busy);
        Assert.IsTrue(Patient(store, TimeSpan.FromMinutes(5)).Renew(new(1, "token")));
        Assert.AreEqual(4, store.Calls);
        Assert.HasCount(1, _warnings);
        Assert.Contains("The sweep tries again for 5 minutes.", _warnings[0]);
    }

    [TestMethod]
    public void Renew_DatabaseAwayForTooLong_SaysThatItCanGoOn()
    {
        SweepStorageException fault = Assert.ThrowsExactly<SweepStorageException>(
            () => Patient(new(int.MaxValue, Busy), TimeSpan.Zero).Renew(new(1, "token")));
        Assert.Contains("was locked by another process", fault.Message);
        Assert.Contains("what is stored is kept, and the same sweep started again goes on.", fault.Message);
    }

    [TestMethod]
    public void Renew_DatabaseBroken_SaysSoAtOnce()
    {
        var store = new FailingStore(int.MaxValue, Corrupt);
        Assert.Contains("failed: ", Assert.ThrowsExactly<SweepStorageException>(
            () => Patient(store, TimeSpan.FromMinutes(5)).Renew(new(1, "token"))).Message);
        Assert.AreEqual(1, store.Calls);
    }

    private PatientTrialStore Patient(FailingStore store, TimeSpan patience) =>
        new(store, new SqliteDialect("sweep.db"), patience, _warnings.Add, CancellationToken.None);

    private sealed class FailingStore(int failures, int code) : ITrialStore
    {
        public int Calls { get; private set; }

        public bool Renew(Claim claim) => ++Calls > failures ? true : throw new SqliteException("It says no.", code);

        public StudyRecord OpenStudy(string name, string definition) => throw new NotSupportedException();

        public StudySnapshot Read(StudyRecord study) => throw new NotSupportedException();

        public Claim? TryAdd(StudyRecord study, NewTrial trial, ClaimTicket ticket) => throw new NotSupportedException();

        public Claim? TryClaim(TrialRecord seen, int targetEpoch, ClaimTicket ticket) => throw new NotSupportedException();

        public bool Report(Claim claim, EpochReport report) => throw new NotSupportedException();

        public bool Release(Claim claim, TrialOutcome outcome) => throw new NotSupportedException();

        public bool WriteCheckpoint(Claim claim, int fold, StoredCheckpoint checkpoint, out string? replaced) => throw new NotSupportedException();

        public StoredCheckpoint? ReadCheckpoint(long trial, int fold) => throw new NotSupportedException();

        public void Stop(IReadOnlyCollection<long> trials) => throw new NotSupportedException();

        public IReadOnlyList<string> DeleteCheckpoints(IReadOnlyCollection<long> trials) => throw new NotSupportedException();
    }
}
