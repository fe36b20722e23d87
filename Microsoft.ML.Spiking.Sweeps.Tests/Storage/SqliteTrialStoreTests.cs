using Microsoft.Data.Sqlite;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Storage;

[TestClass]
public sealed class SqliteTrialStoreTests : TrialStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private protected override SqlDialect Database => new SqliteDialect(Path.Combine(_folder.Path, "sweep.db"));

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(5, 5)]
    [DataRow(300, 60)]
    public void Within_Patience_BoundsTheWaitForLocks(int patience, int expected)
    {
        using var connection = (SqliteConnection)Database.Within(TimeSpan.FromSeconds(patience)).Connect();
        Assert.AreEqual(expected, connection.DefaultTimeout);
    }

    /// <summary>SQLite accepts text in a column of numbers.</summary>
    [TestMethod]
    public void Read_TextInAColumnOfNumbers_SaysWhich()
    {
        var store = new SqlTrialStore(Database);
        SweepSpace space = SweepSpace.Empty.Range("Dropout", 0, 0.5);
        StudyRecord study = store.OpenStudy("flowers", "{}", space);
        store.TryAdd(study, new(1, 0, 7, new(space, [0.1]), 3), ClaimTicket.New("a", TimeSpan.FromHours(1)));
        using (SqlSession session = SqlSession.Write(Database))
        {
            session.Execute("update sweep_trials set target_epoch = 'many'");
            session.Commit();
        }
        Assert.Contains("The column target_epoch holds 'many', which is not a whole number.",
            Assert.ThrowsExactly<SweepStorageException>(() => store.Read(study)).Message);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
