namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>Values that were already tried or refused, and a sweep's messages about failures.</summary>
[TestClass]
public sealed class RepeatedValuesTests
{
    private readonly MLContext _ml = new(1);
    private readonly List<string> _lines = [];

    [TestMethod]
    [DataRow(SweepSampler.Random)]
    [DataRow(SweepSampler.Parzen)]
    public void SweepSpikingClif_FiniteSpace_TriesEachPointOnceAndEnds(SweepSampler sampler)
    {
        SweepSettings settings = Settings();
        settings.Space = SweepSpace.Empty.Choice("Network", "2", "8", "16").WholeNumbers("TimeSteps", 1, 4);
        (settings.Sampler, settings.MaximumTrials, settings.Trainer.Epochs) = (sampler, 100, 1);
        SweepResult result = Sweep(settings);

        Assert.AreEqual(SweepEnd.Finished, result.End);
        Assert.HasCount(12, result.Trials);
        Assert.HasCount(12, result.Trials.Select(trial => string.Join(' ', trial.Values)).Distinct());
        Assert.Contains("No new values are left in the space: no more trials are begun after 12.", _lines);
    }

    [TestMethod]
    public void SweepSpikingClif_FiniteSpaceAndABudgetOfTime_Ends()
    {
        SweepSettings settings = Settings();
        settings.Space = SweepSpace.Empty.Choice("Network", "2", "8");
        (settings.MaximumTrials, settings.MaximumTime, settings.Workers) = (null, TimeSpan.FromDays(1), 2);
        SweepResult result = Sweep(settings);

        Assert.HasCount(2, result.Trials);
        Assert.AreEqual(SweepEnd.Finished, result.End);
        Assert.Contains(trial => trial.State == TrialState.Completed, result.Trials);
    }

    [TestMethod]
    [DataRow(SweepSampler.Random)]
    [DataRow(SweepSampler.Parzen)]
    public void SweepSpikingClif_ChoiceThatIsRefused_IsTriedOnceAndTheTableSaysWhy(SweepSampler sampler)
    {
        SweepSettings settings = Settings();
        settings.Space = settings.Space.Choice("Network", "conv 4", "2", "resnet 18");
        (settings.Sampler, settings.MaximumTrials, settings.Trainer.Epochs) = (sampler, 25, 1);
        SweepResult result = Sweep(settings);

        Assert.HasCount(25, result.Trials);
        SweepTrial[] failed = [.. result.Trials.Where(trial => trial.State == TrialState.Failed)];
        Assert.IsNotEmpty(failed);
        Assert.HasCount(failed.Length, failed.Select(trial => trial.Reason).Distinct());
        Assert.Contains("Layer 'conv1'", result.ToString());
        Assert.Contains("reason", result.ToString().Split('\n')[0]);
        Assert.Contains("   at Microsoft.ML.Spiking.", failed[0].Failure!);
    }

    [TestMethod]
    public void ToString_NothingFailed_HasNoReasons()
    {
        SweepSettings settings = Settings();
        (settings.MaximumTrials, settings.Trainer.Epochs) = (1, 1);
        Assert.DoesNotContain("reason", Sweep(settings).ToString());
    }

    [TestMethod]
    public void SweepSpikingClif_BatchesLargerThanTheData_WarnsForOneTrialAndCountsTheOthers()
    {
        SweepSettings settings = Settings();
        settings.Space = settings.Space.Choice("BatchSize", 300, 400, 500, 600);
        (settings.MaximumTrials, settings.Trainer.Epochs) = (6, 1);
        SweepResult result = Sweep(settings);

        Assert.IsGreaterThan(1, result.Trials.Select(trial => trial.Values["BatchSize"]).Distinct().Count());
        string[] lines = [.. _lines.Where(line => line.Contains("is larger than the", StringComparison.Ordinal))];
        Assert.HasCount(2, lines, string.Join('\n', lines)); // none of the final training, which repeats a trial
        Assert.StartsWith("Trial 1: ", lines[0]);
        Assert.StartsWith("6 trials had a warning of this kind: ", lines[1]);
    }

    /// <summary>An error that the values did not cause is not a failed trial.</summary>
    [TestMethod]
    public void SweepSpikingClif_ErrorOfTheLibrary_StopsTheSweepAndLeavesTheTrial()
    {
        using var folder = new TemporaryFolder();
        SweepSettings settings = Settings();
        settings.Storage = SweepStorage.Sqlite(Path.Combine(folder.Path, "sweep.db"));
        bool isBroken = true;
        string? nothing = null;
        settings.Space = settings.Space.Range("Momentum", 0.1, 0.9, (options, value) =>
            options.Momentum = isBroken && value is > 0.2 and < 0.8 ? nothing!.Length : value);
        settings.MaximumTrials = 4;

        Assert.ThrowsExactly<NullReferenceException>(() => Sweep(settings));
        Assert.Contains(line =>
            line.StartsWith("The sweep stops because of an error", StringComparison.Ordinal), _lines);
        isBroken = false;
        Assert.IsEmpty(
            Sweep(settings).Trials.Where(trial => trial.State is TrialState.Failed or TrialState.Waiting));
        settings.Storage.Sql.Close();
    }

    [TestMethod]
    public void SweepSpikingClif_CallbackThatThrows_ReachesTheCaller()
    {
        SweepSettings settings = Settings();
        var fault = new InvalidOperationException("The user's own.");
        settings.Trainer.MetricsCallback = _ => throw fault;
        Assert.AreSame(fault, Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(settings)));
        settings.Trainer.MetricsCallback = null;
        settings.Progress = new Listener(_ => throw fault);
        Assert.AreSame(fault, Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(settings)));
    }

    private SweepSettings Settings()
    {
        _ml.Log += (_, entry) =>
        {
            lock (_lines)
            {
                _lines.Add(entry.RawMessage);
            }
        };
        return Pebbles.Settings(_ml);
    }

    private SweepResult Sweep(SweepSettings settings) =>
        _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), Pebbles.Data(_ml, seed: 2), settings);
}
