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
        Assert.Contains("The sweep tries again for up to 5 minutes.", _warnings[0]);
    }

    [TestMethod]
    public void Renew_DatabaseAwayForTooLong_SaysThatItCanGoOn()
    {
        SweepStorageException fault = Assert.ThrowsExactly<SweepStorageException>(
            () => Patient(new(int.MaxValue, Busy), TimeSpan.Zero).Renew(new(1, "token")));
        Assert.Contains("is locked by another process", fault.Message);
        Assert.Contains("what is stored is kept, and the same sweep started again goes on.", fault.Message);
    }

    /// <summary>
    /// The engine's own wait for a lock counts towards the limit, and the message states the total time.
    /// </summary>
    [TestMethod]
    public void OpenStudy_DatabaseLocked_SaysOnceHowLongItTried()
    {
        using var folder = new TemporaryFolder();
        TimeSpan patience = TimeSpan.FromSeconds(1);
        SqlDialect sql = new SqliteDialect(Path.Combine(folder.Path, "sweep.db")).Within(patience);
        PatientTrialStore store = PatientTrialStore.Open(sql, patience, _warnings.Add, CancellationToken.None);
        string message;
        using (SqlSession.Write(sql))
        {
            message =
                Assert.ThrowsExactly<SweepStorageException>(() => store.OpenStudy("a", "{}", SweepSpace.Empty)).Message;
        }
        sql.Close();
        Assert.Contains("is locked by another process. The sweep tried for ", message);
        Assert.Contains("(DatabasePatience is 1 second)", message);
        Assert.DoesNotContain("60", message);
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

    private sealed class FailingStore(int failures, int code) : UnusedStore
    {
        public int Calls { get; private set; }

        public override bool Renew(Claim claim) =>
            ++Calls > failures ? true : throw new SqliteException("It says no.", code);
    }
}
