using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Sweeps.Data;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

[TestClass]
public sealed class CrossValidationTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void SweepSpikingClif_Folds_ScoresTheirMeanAndTrainsOnAllRows()
    {
        IDataView data = Pebbles.Data(_ml);
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.Folds, settings.MaximumTrials, settings.Trainer.Epochs) = (3, 4, 3);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(data, settings);

        SweepTrial best = result.BestTrial;
        Assert.AreEqual(3 * (4 + 2), result.EpochsSpent);
        Assert.AreEqual(best.Epochs.Max(epoch => epoch.Score), best.Score);
        Assert.AreEqual(Mean(data, settings, result, best), best.Epochs[^1].Accuracy, 1e-9);

        ITransformer featurizers = Pebbles.Featurizers(_ml).Fit(data);
        SpikingPredictionTransformer all =
            _ml.MulticlassClassification.Trainers.SpikingClif(result.BestOptions).Fit(featurizers.Transform(data));
        Assert.AreSequenceEqual(Scores(all.Transform(featurizers.Transform(data))),
            Scores(result.BestModel.Transform(data)));
    }

    [TestMethod]
    public void SweepSpikingClif_FoldsAndCancelled_KeepsTheOptions()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        using var cancel = new CancellationTokenSource();
        (settings.Folds, settings.CancellationToken) = (2, cancel.Token);
        int epochs = 0;
        settings.Trainer.MetricsCallback = _ =>
        {
            if (++epochs == 6)
            {
                cancel.Cancel();
            }
        };
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);

        Assert.IsFalse(result.HasBestModel);
        Assert.AreEqual(9, result.BestOptions.Epochs);
        Assert.Contains("The sweep was cancelled",
            Assert.ThrowsExactly<InvalidOperationException>(() => result.BestModel).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_CancelledWhileAllRowsAreLearned_KeepsTheOptions()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        using var cancel = new CancellationTokenSource();
        (settings.Folds, settings.MaximumTrials, settings.CancellationToken) = (2, 1, cancel.Token);
        int epochs = 0;
        settings.Trainer.MetricsCallback = _ =>
        {
            if (++epochs == (2 * 9) + 1)
            {
                cancel.Cancel();
            }
        };
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);

        Assert.AreEqual((SweepEnd.Cancelled, false), (result.End, result.HasBestModel));
        Assert.AreEqual((2 * 9) + 1, epochs);
        Assert.HasCount(9, result.BestTrial.Epochs);
    }

    /// <summary>Nine epochs on all rows take nine minutes by the clock; 18 of the 60 are kept for them.</summary>
    [TestMethod]
    public void SweepSpikingClif_FoldsAndABudgetOfTime_KeepsTimeForAllRows()
    {
        (SweepResult result, int epochs) = Timed((clock, _) => clock.Advance(TimeSpan.FromMinutes(1)));

        Assert.AreEqual((SweepEnd.TimeUsedUp, true), (result.End, result.HasBestModel));
        Assert.AreEqual(42 + 9, epochs);
        Assert.AreEqual(42, result.EpochsSpent);
    }

    [TestMethod]
    public void SweepSpikingClif_TimeUsedUpWhileAllRowsAreLearned_KeepsTheEpochsSoFar()
    {
        (SweepResult result, int epochs) =
            Timed((clock, epoch) => clock.Advance(TimeSpan.FromMinutes(epoch > 42 ? 10 : 1)));

        Assert.AreEqual((SweepEnd.TimeUsedUp, true), (result.End, result.HasBestModel));
        Assert.AreEqual(42 + 2, epochs);
    }

    private (SweepResult Result, int Epochs) Timed(Action<ManualClock, int> epochFinished)
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        var clock = new ManualClock();
        (settings.Folds, settings.Halving, settings.MaximumTrials) = (2, null, null);
        (settings.MaximumTime, settings.Clock) = (TimeSpan.FromMinutes(60), clock);
        int epochs = 0;
        settings.Trainer.MetricsCallback = _ => epochFinished(clock, ++epochs);
        return (_ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings), epochs);
    }

    [TestMethod]
    public void SweepSpikingClif_Stability_TrainsTheBestWithOtherSeeds()
    {
        IDataView train = Pebbles.Data(_ml), validation = Pebbles.Data(_ml, seed: 2);
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.Halving, settings.MaximumTrials, settings.Trainer.Epochs) = (null, 3, 3);
        (settings.StabilityTrials, settings.StabilitySeeds) = (2, 3);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(train, validation, settings);

        int[] top = [.. result.Trials.OrderByDescending(trial => trial.Score).ThenBy(trial => trial.Number).Take(2)
            .Select(trial => trial.Number).Order()];
        Assert.AreSequenceEqual(top, result.Stability.Select(stability => stability.Trial).ToArray());
        Assert.HasCount(3, result.Trials);
        Assert.AreEqual(9, result.EpochsSpent);
        SweepStability first = result.Stability.Single(stability => stability.Trial == result.BestTrial.Number);
        Assert.HasCount(3, first.Scores);
        Assert.AreEqual(first.Scores.Average(), first.Mean, 1e-12);
        Assert.AreEqual(Math.Sqrt(first.Scores.Sum(score => Math.Pow(score - first.Mean, 2)) / 2),
            first.StandardDeviation, 1e-12);

        // The first repetition, by hand.
        SpikingClifTrainer.Options options = result.BestOptions;
        options.Seed++;
        ITransformer featurizers = Pebbles.Featurizers(_ml).Fit(train);
        SpikingPredictionTransformer model = _ml.MulticlassClassification.Trainers.SpikingClif(options)
            .Fit(featurizers.Transform(train), featurizers.Transform(validation));
        Assert.AreEqual(_ml.MulticlassClassification.Evaluate(
            model.Transform(featurizers.Transform(validation))).MicroAccuracy, first.Scores[0], 1e-9);
    }

    /// <summary>Returns the mean accuracy of the trial's pipeline, trained on each fold.</summary>
    private double Mean(IDataView data, SweepSettings settings, SweepResult result, SweepTrial trial)
    {
        SpikingClifTrainer.Options options = result.BestOptions;
        var accuracies = new List<double>();
        foreach ((IDataView train, IDataView validation) in
            RowSplit.Split(data, Pebbles.Featurizers(_ml).Fit(data).Transform(data), settings, seed: 5))
        {
            double last = 0;
            options.MetricsCallback = metrics => last = metrics.ValidationAccuracy!.Value;
            ITransformer featurizers = Pebbles.Featurizers(_ml).Fit(train);
            _ml.MulticlassClassification.Trainers.SpikingClif(options)
                .Fit(featurizers.Transform(train), featurizers.Transform(validation));
            accuracies.Add(last);
        }
        options.MetricsCallback = null;
        Assert.HasCount(3, trial.Epochs);
        return accuracies.Average();
    }

    private static float[] Scores(IDataView scored) =>
        [.. scored.GetColumn<float[]>("Score").SelectMany(scores => scores)];
}
