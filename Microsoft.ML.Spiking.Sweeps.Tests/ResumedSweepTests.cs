using Microsoft.Data.Sqlite;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>Sweeps that end early and are started again.</summary>
[TestClass]
public sealed class ResumedSweepTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<(int Trial, int Epoch)> _heard = [];

    [TestMethod]
    [DataRow(0, false)]
    [DataRow(0, true)]
    [DataRow(null, false)]
    public void SweepSpikingClif_CancelledAndStartedAgain_EndsAsOneSweep(int? interval, bool hasFolder)
    {
        SweepResult whole = Run(Settings());
        SweepSettings stored = Stored(interval, hasFolder);
        (int, int)[] all = [.. _heard];
        _heard.Clear();
        foreach (int stop in new[] { 2, 7 })
        {
            SweepResult part = Cancelled(stored, stop);
            Assert.AreEqual(SweepEnd.Cancelled, part.End);
            Assert.IsNotNull(part.BestModel);
        }
        SweepResult resumed = Run(stored);

        Assert.AreEqual(SweepEnd.Finished, resumed.End);
        Assert.AreEqual(Summaries.Of(whole), Summaries.Of(resumed));
        if (interval is not null)
        {
            // Epochs that were cancelled are trained again, finished ones are not.
            Assert.AreSequenceEqual(all, _heard.ToArray());
        }
        Assert.AreSequenceEqual(Scores(whole), Scores(resumed));
        if (hasFolder)
        {
            Assert.HasCount(1, Directory.GetFiles(Path.Combine(_folder.Path, "checkpoints")),
                "Only the best one's is still there.");
        }
    }

    [TestMethod]
    public void SweepSpikingClif_FinishedAndStartedAgain_TrainsNothing()
    {
        SweepSettings stored = Stored(0, false);
        SweepResult first = Run(stored);
        _heard.Clear();
        SweepResult second = Run(stored);

        Assert.IsEmpty(_heard);
        Assert.AreEqual(Summaries.Of(first), Summaries.Of(second));
        Assert.AreSequenceEqual(Scores(first), Scores(second));
    }

    [TestMethod]
    public void SweepSpikingClif_FeaturesOfOtherLastBits_GoesOn()
    {
        // As on a machine with wider vectors.
        SweepSettings stored = Stored(0, false);
        Cancelled(stored, 5);
        int before = _heard.Count;
        List<Pebble> rows = Pebbles.Rows(150, seed: 1), validation = Pebbles.Rows(150, seed: 2);
        foreach (Pebble row in rows.Concat(validation))
        {
            (row.Width, row.Height) = (MathF.BitIncrement(row.Width), MathF.BitDecrement(row.Height));
        }
        stored.CancellationToken = CancellationToken.None;
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(
            _ml.Data.LoadFromEnumerable(rows), _ml.Data.LoadFromEnumerable(validation), stored);

        Assert.AreEqual(SweepEnd.Finished, result.End);
        Assert.HasCount(9, result.Trials);
        Assert.IsGreaterThan(before, _heard.Count);
        Assert.HasCount(_heard.Distinct().Count(), _heard, "An epoch was trained twice.");

        rows[7].Width += 0.5f;
        string message = Assert.ThrowsExactly<SweepStorageException>(() => _ml.MulticlassClassification
            .SweepSpikingClif(_ml.Data.LoadFromEnumerable(rows), _ml.Data.LoadFromEnumerable(validation), stored))
            .Message;
        Assert.Contains("with other values", message);
    }

    [TestMethod]
    public void SweepSpikingClif_BudgetRaised_GoesOn()
    {
        SweepSettings stored = Stored(0, false);
        Run(stored);
        stored.MaximumTrials = 12;
        SweepResult more = Run(stored);

        Assert.HasCount(12, more.Trials);
        Assert.HasCount(_heard.Distinct().Count(), _heard, "An epoch was trained twice.");
    }

    [TestMethod]
    public void SweepSpikingClif_CheckpointLost_TrainsTheTrialAgain()
    {
        SweepSettings stored = Stored(0, false);
        SweepResult first = Run(stored);
        using (SqlSession session = SqlSession.Write(stored.Storage!.Sql))
        {
            Assert.AreEqual(1,
                session.Execute("update sweep_checkpoints set data = @data", ("data", new byte[] { 1, 2, 3 })));
            session.Commit();
        }
        var warnings = new List<string>();
        _ml.Log += (_, entry) => warnings.Add(entry.RawMessage);

        Assert.AreSequenceEqual(Scores(first), Scores(Run(stored)));
        Assert.Contains(line =>
            line.StartsWith("A checkpoint of the sweep cannot be read", StringComparison.Ordinal), warnings);
        Assert.Contains(line => line.Contains("left no checkpoint: it is trained again, for 9 epochs."), warnings);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void SweepSpikingClif_CheckpointRowWithoutData_BeginsTheTrialAgainAndSaysSo(bool hasFolder)
    {
        SweepResult whole = Run(Settings());
        SweepSettings stored = Stored(0, hasFolder);
        Cancelled(stored, 2);
        using (SqlSession session = SqlSession.Write(stored.Storage!.Sql))
        {
            Assert.IsPositive(session.Execute("update sweep_checkpoints set data = null, file = null"));
            session.Commit();
        }
        var warnings = new List<string>();
        _ml.Log += (_, entry) => warnings.Add(entry.RawMessage);

        Assert.AreEqual(Summaries.Of(whole), Summaries.Of(Run(stored)));
        Assert.Contains(line =>
            line.Contains("its trial begins again: its row has neither data nor a file."), warnings);
    }

    /// <summary>As on a machine with another vector width: the featurizers' values differ in their last bits.</summary>
    [TestMethod]
    public void SweepSpikingClif_FeaturizersWithOtherLastBits_GoesOn()
    {
        SweepSettings stored = Stored(0, hasFolder: false);
        Cancelled(stored, 2);
        var table = new Dictionary<float, float>();
        foreach (Pebble row in Pebbles.Rows(150, 1).Concat(Pebbles.Rows(150, 2)))
        {
            table[row.Width] = MathF.BitIncrement(row.Width);
        }
        stored.Featurizers = _ml.Transforms.Conversion.MapValue("Width", table, "Width").Append(stored.Featurizers!);

        Assert.AreEqual((SweepEnd.Finished, 9), (Run(stored).End, Run(stored).Trials.Count));
    }

    [TestMethod]
    public void SweepSpikingClif_CheckpointInAFolderThatIsNotGiven_SaysSo()
    {
        SweepSettings stored = Stored(0, hasFolder: true);
        Cancelled(stored, 2);
        stored.CheckpointFolder = null;
        var warnings = new List<string>();
        _ml.Log += (_, entry) => warnings.Add(entry.RawMessage);
        Run(stored);

        Assert.Contains(line => line.Contains("of a folder, and this worker has none; set CheckpointFolder"), warnings);
    }

    [TestMethod]
    public void SweepSpikingClif_FilesThatAKilledWorkerLeft_AreDeleted()
    {
        SweepSettings stored = Stored(0, hasFolder: true);
        Cancelled(stored, 2);
        string token = "";
        using (SqlSession session = SqlSession.Read(stored.Storage!.Sql))
        {
            token = session.Query("select token from sweep_claims where ended_at is not null", row =>
                row.GetString(0))[0];
        }
        string folder = stored.CheckpointFolder!;
        File.WriteAllText(Path.Combine(folder, $"trial-1-0-1-{token}.checkpoint.tmp"), "half");
        File.WriteAllText(Path.Combine(folder, $"trial-1-0-77-{token}.checkpoint"), "whole, but not referred to");
        string ofOthers = Path.Combine(folder, "trial-1-0-1-0123456789abcdef.checkpoint.tmp");
        File.WriteAllText(ofOthers, "another database's");
        Run(stored);

        Assert.HasCount(1, Directory.GetFiles(folder, "*.checkpoint"));
        Assert.AreSequenceEqual([ofOthers], Directory.GetFiles(folder, "*.tmp"));
    }

    [TestMethod]
    public void SweepSpikingClif_BestCheckpointLostAndCancelled_GivesNoModelAndTrainsNothing()
    {
        SweepSettings stored = Stored(0, hasFolder: false);
        Run(stored);
        using (SqlSession session = SqlSession.Write(stored.Storage!.Sql))
        {
            session.Execute("delete from sweep_checkpoints");
            session.Commit();
        }
        using var cancel = new CancellationTokenSource();
        stored.CancellationToken = cancel.Token;
        stored.Trainer.MetricsCallback = null;
        int batches = 0;
        stored.Trainer.ProgressCallback = _ =>
        {
            batches++;
            cancel.Cancel();
        };
        SweepResult result = Run(stored);

        Assert.AreEqual((SweepEnd.Cancelled, false, 1), (result.End, result.HasBestModel, batches));
        Assert.Contains("The sweep was cancelled before its best model was trained",
            Assert.ThrowsExactly<InvalidOperationException>(() => result.BestModel).Message);
    }

    /// <summary>Checkpoints that do not fit into memory are spilled, and the result stays the same.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void SweepSpikingClif_NoMemoryForCheckpoints_GivesTheSame(bool isStored)
    {
        SweepResult whole = Run(Settings());
        SweepSettings settings = isStored ? Stored(interval: null, hasFolder: false) : Settings();
        settings.CheckpointMemory = 0;
        SweepResult spilled = Run(settings);

        Assert.AreEqual(Summaries.Of(whole), Summaries.Of(spilled));
        Assert.AreSequenceEqual(Scores(whole), Scores(spilled));
    }

    [TestMethod]
    public void SweepSpikingClif_TrialThatEndsItsWorkers_IsGivenUp()
    {
        SweepSettings stored = Stored(0, false);
        stored.MaximumTrials = 2;
        Cancelled(stored, 1);
        using (SqlSession session = SqlSession.Write(stored.Storage!.Sql))
        {
            session.Execute("update sweep_trials set state = 'Running' where number = 1");
            for (int worker = 1; worker <= 3; worker++)
            {
                session.Execute(
                    "insert into sweep_claims (token, trial_id, worker, claimed_at, heartbeat_at, lease_seconds, " +
                    "ended_at, outcome) select @token, id, 'a worker', 0, 0, 1, 1, 'Expired' from sweep_trials where " +
                    "number = 1",
                        ("token", $"worker {worker}"));
            }
            session.Commit();
        }
        SweepResult result = Run(stored);

        Assert.AreEqual(TrialState.Failed, result.Trials[0].State);
        Assert.Contains("3 workers ended while they trained it", result.Trials[0].Reason!);
        Assert.AreEqual(2, result.BestTrial.Number);
    }

    [TestMethod]
    public void SweepSpikingClif_TakenForDead_LeavesTheTrialAndLosesNothing()
    {
        SweepResult whole = Run(Settings());
        SweepSettings stored = Stored(0, false);
        var lines = new List<string>();
        _ml.Log += (_, entry) => lines.Add(entry.RawMessage);
        int epochs = 0;
        stored.Trainer.MetricsCallback = _ =>
        {
            if (++epochs != 12)
            {
                return;
            }
            using SqlSession session = SqlSession.Write(stored.Storage!.Sql);
            Assert.AreEqual(1,
                session.Execute("update sweep_claims set ended_at = 1, outcome = 'Expired' where ended_at is null"));
            session.Commit();
        };

        Assert.AreEqual(Summaries.Of(whole), Summaries.Of(Run(stored)));
        Assert.Contains(line =>
            line.Contains("was taken up by another worker, because this one had not been heard of for 60 s."), lines);
    }

    [TestMethod]
    public void SweepSpikingClif_ContextCancelled_GivesWhatThereIs()
    {
        SweepSettings settings = Settings();
        settings.MaximumTrials = 1_000;
        int heard = 0;
        settings.Trainer.ProgressCallback = progress =>
        {
            if (++heard == 100)
            {
                Contexts.Cancel(_ml);
            }
            Thread.Sleep(1);
        };
        SweepResult result = Run(settings);

        Assert.AreEqual(SweepEnd.Cancelled, result.End);
        Assert.IsLessThan(1_000, result.Trials.Count);
    }

    [TestMethod]
    public void SweepSpikingClif_TrainersTokenCancelled_GivesOptionsThatCanBeUsed()
    {
        SweepSettings settings = Settings();
        using var cancel = new CancellationTokenSource();
        settings.Trainer.CancellationToken = cancel.Token;
        settings.Trainer.MetricsCallback = _ =>
        {
            if (_heard.Count == 3)
            {
                cancel.Cancel();
            }
        };
        SweepResult result = Run(settings);

        Assert.AreEqual(SweepEnd.Cancelled, result.End);
        IDataView train = Pebbles.Featurizers(_ml).Fit(Pebbles.Data(_ml)).Transform(Pebbles.Data(_ml));
        SpikingClifTrainer.Options options = result.BestOptions;
        options.MetricsCallback = null;
        Assert.HasCount(3, _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train).Transform(train)
            .GetColumn<float[]>("Score").First());
    }

    [TestMethod]
    public void SweepSpikingClif_TimeUsedUp_GivesWhatThereIs()
    {
        SweepSettings settings = Settings();
        var clock = new ManualClock();
        (settings.MaximumTrials, settings.MaximumTime, settings.Clock) = (null, TimeSpan.FromMinutes(10), clock);
        settings.Trainer.MetricsCallback = _ => clock.Advance(TimeSpan.FromMinutes(1));
        SweepResult result = Run(settings);

        Assert.AreEqual(SweepEnd.TimeUsedUp, result.End);
        Assert.AreEqual(10, result.EpochsSpent);
    }

    [TestMethod]
    public void SweepSpikingClif_CancelledBeforeTheFirstEpoch_Throws()
    {
        SweepSettings settings = Settings();
        using var cancel = new CancellationTokenSource();
        settings.CancellationToken = cancel.Token;
        settings.Trainer.ProgressCallback = _ => cancel.Cancel();
        Assert.Contains("before a trial had finished an epoch",
            Assert.ThrowsExactly<OperationCanceledException>(() => Run(settings)).Message);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private SweepSettings Settings()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Progress = new Listener(progress => _heard.Add((progress.Trial, progress.Epoch)));
        return settings;
    }

    private SweepSettings Stored(int? interval, bool hasFolder)
    {
        SweepSettings settings = Settings();
        settings.Storage = SweepStorage.Sqlite(Path.Combine(_folder.Path, "sweep.db"));
        settings.CheckpointInterval = interval is int seconds ? TimeSpan.FromSeconds(seconds) : null;
        settings.CheckpointFolder = hasFolder ? Path.Combine(_folder.Path, "checkpoints") : null;
        return settings;
    }

    /// <summary>Stops in the middle of the epoch after that many epochs.</summary>
    private SweepResult Cancelled(SweepSettings settings, int epochs)
    {
        using var cancel = new CancellationTokenSource();
        int until = _heard.Count + epochs;
        settings.CancellationToken = cancel.Token;
        settings.Trainer.ProgressCallback = progress =>
        {
            if (_heard.Count >= until && progress.Rows >= 32)
            {
                cancel.Cancel();
            }
        };
        SweepResult result = Run(settings);
        settings.CancellationToken = CancellationToken.None;
        settings.Trainer.ProgressCallback = null;
        return result;
    }

    private SweepResult Run(SweepSettings settings) =>
        _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), Pebbles.Data(_ml, seed: 2), settings);

    private float[] Scores(SweepResult result) =>
        [.. result.BestModel.Transform(Pebbles.Data(_ml, seed: 3)).GetColumn<float[]>("Score")
            .SelectMany(scores => scores)];
}
