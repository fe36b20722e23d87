using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

/// <summary>Several processes in one sweep, one of which is killed; each engine's tests derive from it.</summary>
public abstract class SharedSweepContract
{
    /// <summary>
    /// Gets the engine's empty database, as <see cref="SweepStorage.Parse"/> takes it; inconclusive if there is none.
    /// </summary>
    protected abstract string Storage { get; }

    /// <summary>Disturbs the database while the workers are running.</summary>
    private protected virtual void Disturb() { }

    [TestMethod]
    public void SweepSpikingClif_WorkerKilled_OthersFinishItsTrialAndNothingIsLostOrDoneTwice()
    {
        string storage = Storage;
        using Worker killed = Worker.Start(storage);
        using Worker first = Worker.Start(storage), second = Worker.Start(storage);
        int trial = killed.WaitForEpoch(4);
        killed.Kill();
        Disturb();
        first.AssertEnds();
        second.AssertEnds();

        var ml = new MLContext(1);
        var heard = new List<int>();
        SweepSettings settings = Worker.Settings(ml, SweepStorage.Parse(storage));
        settings.Progress = new Listener(progress => heard.Add(progress.Epoch));
        SweepResult shared = Worker.Sweep(ml, settings);
        SweepResult alone = Worker.Sweep(ml, Worker.Settings(ml, storage: null));

        Assert.IsEmpty(heard, "Something was left to be trained.");
        Assert.AreEqual(Summaries.Of(alone), Summaries.Of(shared));
        AssertTakenUp(trial, killed, [first, second]);
        AssertCompletedOnce(SweepStorage.Parse(storage).Sql);
        Assert.AreSequenceEqual(Scores(alone), Scores(shared));
    }

    /// <summary>
    /// Another worker resumed the killed worker's trial from its last checkpoint, not from the beginning.
    /// </summary>
    private static void AssertTakenUp(int trial, Worker killed, Worker[] others)
    {
        int reached = killed.Epochs.Where(epoch => epoch.Trial == trial).Max(epoch => epoch.Epoch);
        int[] resumed = [.. others.SelectMany(worker => worker.Epochs).Where(epoch => epoch.Trial == trial)
            .Select(epoch => epoch.Epoch)];
        Assert.IsNotEmpty(resumed);
        Assert.IsGreaterThanOrEqualTo(reached, resumed.Min(),
            "The epoch that was being stored may be trained again, those before it not.");
        Assert.AreEqual(8, resumed.Max());
    }

    private static void AssertCompletedOnce(SqlDialect sql)
    {
        using SqlSession session = SqlSession.Read(sql);
        List<(long Trial, string Outcome)> claims =
            session.Query("select trial_id, coalesce(outcome, 'open') from sweep_claims",
            row => (row.GetInt64(0), row.GetString(1)));
        Assert.AreSequenceEqual(Enumerable.Repeat(1, 6).ToArray(),
            claims.Where(claim => claim.Outcome == "Completed").GroupBy(claim => claim.Trial).Select(of => of.Count())
                .ToArray());
        Assert.IsTrue(claims.All(claim => claim.Outcome is "Completed" or "Expired"), "No claim is left open.");
        Assert.Contains(claim => claim.Outcome == "Expired", claims);
    }

    private static float[] Scores(SweepResult result)
    {
        var ml = new MLContext(1);
        return [.. result.BestModel.Transform(Pebbles.Data(ml, seed: 3)).GetColumn<float[]>("Score")
            .SelectMany(scores => scores)];
    }
}
