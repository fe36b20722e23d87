using Microsoft.Data.Sqlite;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

[TestClass]
public sealed class SqliteSharedSweepTests : SharedSweepContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override string Storage => Path.Combine(_folder.Path, "sweep.db");

    /// <summary>
    /// The claim of a dead process on the same machine ends before its lease is over; otherwise other trials would be
    /// promoted in the meantime, or this test would wait for a week.
    /// </summary>
    [TestMethod]
    public void SweepSpikingClif_WorkerKilledAndStartedAgain_PromotesAsIfItHadNotBeen()
    {
        using (var killed = Worker.Start(Storage, isHalving: true))
        {
            killed.WaitForEpoch(3);
            killed.Kill();
        }
        var ml = new MLContext(1);
        var lines = new List<string>();
        ml.Log += (_, entry) => lines.Add(entry.RawMessage);
        SweepResult resumed = Worker.Sweep(ml, Worker.HalvingSettings(ml, SweepStorage.Parse(Storage)));

        Assert.AreEqual(Summaries.Of(Worker.Sweep(ml, Worker.HalvingSettings(ml, storage: null))),
            Summaries.Of(resumed));
        Assert.Contains(line => line.Contains("was taken up from the worker", StringComparison.Ordinal)
            && line.EndsWith("its process has ended.", StringComparison.Ordinal), lines);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
