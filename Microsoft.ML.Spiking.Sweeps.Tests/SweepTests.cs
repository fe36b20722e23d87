using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

[TestClass]
public sealed class SweepTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void SweepSpikingClif_Halving_TrainsFewToTheEndAndGivesTheBestModel()
    {
        IDataView train = Pebbles.Data(_ml), validation = Pebbles.Data(_ml, seed: 2);
        var lines = new List<string>();
        _ml.Log += (_, entry) =>
        {
            lock (lines)
            {
                lines.Add(entry.RawMessage);
            }
        };

        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(train, validation, Pebbles.Settings(_ml));

        Assert.HasCount(9, result.Trials);
        Assert.AreEqual(SweepEnd.Finished, result.End);
        Assert.HasCount(1, result.Trials.Where(trial => trial.State == TrialState.Completed));
        Assert.HasCount(2, result.Trials.Where(trial => trial is { State: TrialState.Stopped, Epochs.Count: 3 }));
        Assert.HasCount(6, result.Trials.Where(trial => trial is { State: TrialState.Stopped, Epochs.Count: 1 }));
        Assert.AreEqual(6 + (2 * 3) + 9, result.EpochsSpent);
        Assert.AreEqual(result.Trials.Max(trial => trial.Score), result.BestTrial.Score);
        MulticlassClassificationMetrics metrics =
            _ml.MulticlassClassification.Evaluate(result.BestModel.Transform(validation));
        Assert.AreEqual(result.BestTrial.Score!.Value, metrics.MicroAccuracy, 1e-9);
        Assert.IsGreaterThan(0.7, metrics.MicroAccuracy);
        Assert.Contains(line =>
            line.StartsWith("Trial 9: epoch 1 of 9, MicroAccuracy 0.", StringComparison.Ordinal), lines);
        Assert.Contains("Stopped", result.ToString());
    }

    [TestMethod]
    public void BestModel_SavedAndLoaded_ScoresRawRowsAlike()
    {
        IDataView train = Pebbles.Data(_ml), validation = Pebbles.Data(_ml, seed: 2);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(train, validation, Pebbles.Settings(_ml));
        using var file = new MemoryStream();
        _ml.Model.Save(result.BestModel, train.Schema, file);
        file.Position = 0;

        ITransformer loaded = new MLContext().Model.Load(file, out _);

        Assert.AreSequenceEqual(Scores(result.BestModel.Transform(validation)), Scores(loaded.Transform(validation)));
    }

    [TestMethod]
    public void BestOptions_TrainedByHand_GiveTheBestModel()
    {
        IDataView train = Pebbles.Data(_ml), validation = Pebbles.Data(_ml, seed: 2);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(train, validation, Pebbles.Settings(_ml));
        ITransformer featurizers = Pebbles.Featurizers(_ml).Fit(train);

        SpikingPredictionTransformer model = _ml.MulticlassClassification.Trainers.SpikingClif(result.BestOptions)
            .Fit(featurizers.Transform(train), featurizers.Transform(validation));

        Assert.AreSequenceEqual(Scores(result.BestModel.Transform(validation)),
            Scores(model.Transform(featurizers.Transform(validation))));
    }

    [TestMethod]
    [DataRow(SweepSampler.Random)]
    [DataRow(SweepSampler.Parzen)]
    public void SweepSpikingClif_SameSeed_GivesTheSameTrials(SweepSampler sampler)
    {
        IDataView data = Pebbles.Data(_ml);
        SweepResult[] results = [.. Enumerable.Range(0, 2).Select(_ => Run(5)), Run(6)];

        Assert.AreEqual(Summaries.Of(results[0]), Summaries.Of(results[1]));
        Assert.AreNotEqual(Summaries.Of(results[0]), Summaries.Of(results[2]));

        SweepResult Run(int seed)
        {
            SweepSettings settings = Pebbles.Settings(_ml);
            (settings.Seed, settings.Sampler, settings.MaximumTrials, settings.MaximumEpochs) = (seed, sampler, 20, 45);
            return _ml.MulticlassClassification.SweepSpikingClif(data, settings);
        }
    }

    [TestMethod]
    public void SweepSpikingClif_FirstTrial_HasTheTrainersValues()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.MaximumTrials, settings.Trainer.LearningRate, settings.Trainer.Epochs) = (1, 0.0123, 2);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);

        Assert.AreEqual(0.0123, (double)result.BestTrial.Values["LearningRate"], 1e-12);
        Assert.AreEqual("8", result.BestTrial.Values["Network"]);
        settings.StartsWithTrainer = false;
        Assert.AreNotEqual(0.0123, (double)_ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml),
            settings).BestTrial.Values["LearningRate"], 1e-6);
    }

    [TestMethod]
    public void SweepSpikingClif_WithoutHalving_TrainsAllToTheEnd()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.Halving, settings.MaximumTrials, settings.Trainer.Epochs) = (null, 4, 3);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);

        Assert.HasCount(4, result.Trials.Where(trial => trial is { State: TrialState.Completed, Epochs.Count: 3 }));
    }

    [TestMethod]
    [DataRow(9)]
    [DataRow(17)]
    [DataRow(40)]
    public void SweepSpikingClif_BudgetOfEpochs_IsKeptAndTrainsOneToTheEnd(int epochs)
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.MaximumTrials, settings.MaximumEpochs) = (null, epochs);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);

        Assert.IsLessThanOrEqualTo(epochs, result.EpochsSpent);
        Assert.IsGreaterThan(epochs - 9, result.EpochsSpent);
        Assert.Contains(trial => trial.State == TrialState.Completed, result.Trials);
    }

    [TestMethod]
    public void SweepSpikingClif_TrialsThatDiverge_HaveTheWorstScoreAndAReason()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Space =
            SweepSpace.Empty.Choice("LearningRate", (options, value) => options.LearningRate = value, 0.01, 100.0);
        (settings.MaximumTrials, settings.Trainer.Epochs, settings.Trainer.Optimizer) = (6, 3, OptimizerKind.Sgd);
        (settings.Trainer.WeightDecay, settings.Halving) = (1, null);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);

        SweepTrial[] failed = [.. result.Trials.Where(trial => trial.State == TrialState.Failed)];
        Assert.IsNotEmpty(failed);
        Assert.IsTrue(failed.All(trial => trial is { Score: 0 } && (double)trial.Values["LearningRate"] == 100
            && trial.Reason!.Contains("diverged")));
        Assert.AreEqual(0.01, result.BestOptions.LearningRate);
    }

    [TestMethod]
    [DataRow(SweepMetric.MacroAccuracy)]
    [DataRow(SweepMetric.LogLoss)]
    public void SweepSpikingClif_OtherMetric_BestModelHasItsBestValue(SweepMetric metric)
    {
        IDataView train = Pebbles.Data(_ml), validation = Pebbles.Data(_ml, 70, seed: 2);
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.Metric, settings.MaximumTrials) = (metric, 4);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(train, validation, settings);

        MulticlassClassificationMetrics metrics =
            _ml.MulticlassClassification.Evaluate(result.BestModel.Transform(validation));
        Assert.AreEqual(result.BestTrial.Score!.Value, metric == SweepMetric.LogLoss ? metrics.LogLoss
            : metrics.MacroAccuracy, 1e-4);
        Assert.AreEqual(result.BestTrial.Score, metric == SweepMetric.LogLoss
            ? result.Trials.Min(trial => trial.Score) : result.Trials.Max(trial => trial.Score));
    }

    [TestMethod]
    public void SweepSpikingClif_Workers_ShareTheTrials()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Workers = 3;
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);

        Assert.HasCount(9, result.Trials);
        Assert.AreSequenceEqual(Enumerable.Range(1, 9).ToArray(), result.Trials.Select(trial => trial.Number)
            .ToArray());
        Assert.IsGreaterThan(1, result.Trials.Select(trial => trial.Worker).Distinct().Count());
        Assert.IsTrue(result.Trials.All(trial => trial.State is TrialState.Completed or TrialState.Stopped));
    }

    [TestMethod]
    public void SweepSpikingClif_AtItsEnd_LeavesNoTensorAndOneCheckpoint()
    {
        using var folder = new TemporaryFolder();
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Storage = SweepStorage.Sqlite(Path.Combine(folder.Path, "sweep.db"));
        long before = LiveTensors();
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);

        Assert.AreEqual(before, LiveTensors());
        using (SqlSession session = SqlSession.Read(settings.Storage.Sql))
        {
            Assert.AreEqual(1, session.Number("select count(*) from sweep_checkpoints"));
            Assert.AreEqual(result.BestTrial.Number,
                session.Number("select t.number from sweep_checkpoints c join sweep_trials t on t.id = c.trial_id"));
        }
        settings.Storage.Sql.Close();
    }

    [TestMethod]
    public void SweepSpikingClif_AnyNumberOfTrials_FeaturizesTheRowsOnce()
    {
        int few = Featurized(2), many = Featurized(9);
        Assert.IsGreaterThanOrEqualTo(150, few);
        Assert.AreEqual(few, many);

        int Featurized(int trials)
        {
            int rows = 0;
            SweepSettings settings = Pebbles.Settings(_ml);
            settings.MaximumTrials = trials;
            settings.Featurizers = _ml.Transforms.CustomMapping<Pebble, Wide>((pebble, wide) =>
            {
                Interlocked.Increment(ref rows);
                wide.Widths = [pebble.Width, pebble.Height];
            }, contractName: null).Append(Pebbles.Featurizers(_ml))
                .Append(_ml.Transforms.CopyColumns("Features", nameof(Wide.Widths)));
            _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);
            return rows;
        }
    }

    [TestMethod]
    public void SweepSpikingClif_ScoringBackendOfTheTrainer_IsTheBestModels()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.MaximumTrials, settings.Trainer.Epochs, settings.Trainer.ScoringBackend) =
            (1, 1, ScoringBackend.Torch);
        ITransformer model = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings).BestModel;
        Assert.AreEqual(ScoringBackend.Torch,
            ((IEnumerable<ITransformer>)model).OfType<SpikingPredictionTransformer>().Single().Model.ScoringBackend);
        ((IDisposable)model).Dispose();
    }

    private static long LiveTensors()
    {
        // Objects that other tests have left to the finalizers must not go away during a count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return TorchSharp.torch.Tensor.TotalCount;
    }

    private sealed class Wide
    {
        [VectorType(2)]
        public float[] Widths { get; set; } = [];
    }

    private static float[] Scores(IDataView scored) =>
        [.. scored.GetColumn<float[]>("Score").SelectMany(scores => scores)];
}
