using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Space;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Halving;

[TestClass]
public sealed class JobChooserTests
{
    private static readonly SweepRules Rules = new()
    {
        Rungs = [1, 3, 9],
        ReductionFactor = 3,
        Folds = 1,
        Metric = SweepMetric.MicroAccuracy,
        MaximumTrials = 9,
    };

    private readonly List<TrialRecord> _trials = [];
    private readonly Dictionary<long, IReadOnlyList<EpochReport>> _reports = [];

    [TestMethod]
    [DataRow(27, 3, 1, "1,3,9,27")]
    [DataRow(10, 3, 1, "1,3,10")]
    [DataRow(100, 4, 3, "6,25,100")]
    [DataRow(1, 3, 1, "1")]
    [DataRow(9, 3, 4, "9")]
    public void Rungs_EndAtTheEndAndAreNotBelowTheLeast(int epochs, int factor, int least, string expected) =>
        Assert.AreEqual(expected, string.Join(',',
            SuccessiveHalving.Rungs(new() { ReductionFactor = factor, MinimumEpochs = least }, epochs)));

    [TestMethod]
    public void Rungs_WithoutHalving_AreTheEnd() =>
        Assert.AreSequenceEqual([9], SuccessiveHalving.Rungs(null, 9).ToArray());

    [TestMethod]
    public void Choose_NothingYet_BeginsTheFirst() => Assert.AreEqual(new Job.Begin(1, 1), Choose());

    [TestMethod]
    public void Choose_BestOfThree_IsPromoted()
    {
        Add(TrialState.Paused, 1, 0.5);
        Add(TrialState.Paused, 1, 0.7);
        Assert.AreEqual(new Job.Begin(3, 1), Choose());
        Add(TrialState.Paused, 1, 0.6);
        Assert.AreEqual(new Job.Continue(_trials[1], 3), Choose());
    }

    [TestMethod]
    public void Choose_BestIsRunningFurther_GivesItsPlaceToNoOther()
    {
        Add(TrialState.Running, 1, 0.7, target: 3, isHeld: true);
        Add(TrialState.Paused, 1, 0.6);
        Add(TrialState.Paused, 1, 0.5);
        Assert.AreEqual(new Job.Begin(4, 1), Choose());
    }

    [TestMethod]
    public void Choose_TrialsThatFailed_CountAsTheWorst()
    {
        Add(TrialState.Failed, 0, 0.9);
        Add(TrialState.Failed, 0, 0.9);
        Add(TrialState.Paused, 1, 0.1);
        Assert.AreEqual(new Job.Continue(_trials[2], 3), Choose());
    }

    [TestMethod]
    public void Choose_TrialThatAWorkerLeft_ComesFirst()
    {
        Add(TrialState.Paused, 1, 0.5);
        Add(TrialState.Running, 0, null, target: 1, isHeld: true);
        Add(TrialState.Running, 1, 0.4, target: 3, isHeld: false);
        Add(TrialState.Waiting, 1, 0.4, target: 3);
        Assert.AreEqual(new Job.Continue(_trials[2], 3), Choose());
        _trials[2] = _trials[2] with { IsHeld = true };
        Assert.AreEqual(new Job.Continue(_trials[3], 3), Choose());
    }

    [TestMethod]
    public void Choose_OthersAtWorkAndNothingToBegin_Waits()
    {
        Add(TrialState.Paused, 1, 0.5);
        Add(TrialState.Running, 0, null, target: 1, isHeld: true);
        Assert.AreEqual(new Job.Wait(), Choose(Rules with { MaximumTrials = 2 }));
    }

    [TestMethod]
    public void Choose_TooFewForAPromotion_TrainsTheBestToTheEnd()
    {
        Add(TrialState.Paused, 1, 0.5);
        Add(TrialState.Paused, 1, 0.6);
        SweepRules two = Rules with { MaximumTrials = 2 };
        Assert.AreEqual(new Job.Continue(_trials[1], 3), Choose(two));
        Rest(1, 3, 0.3);
        Assert.AreEqual(new Job.Continue(_trials[1], 9), Choose(two), "Of those that came farthest.");
        Rest(1, 9, 0.3, TrialState.Completed);
        Assert.AreEqual(new Job.End(), Choose(two));
    }

    [TestMethod]
    public void Choose_BudgetOfEpochs_KeepsEnoughForTheEndOfOne()
    {
        SweepRules epochs = Rules with { MaximumTrials = null, MaximumEpochs = 11 };
        Add(TrialState.Paused, 1, 0.5);
        Assert.AreEqual(new Job.Begin(2, 1), Choose(epochs));
        Add(TrialState.Paused, 1, 0.6);
        Assert.AreEqual(new Job.Begin(3, 1), Choose(epochs));
        Add(TrialState.Paused, 1, 0.4);
        Assert.AreEqual(new Job.Continue(_trials[1], 3), Choose(epochs));
        Rest(1, 3, 0.6);
        Assert.AreEqual(new Job.Continue(_trials[1], 9), Choose(epochs), "6 of 11 epochs are left.");
        Assert.AreEqual(new Job.End(), Choose(epochs with { MaximumEpochs = 10 }));
    }

    [TestMethod]
    public void Hopeless_TooManyAreBetter_FindsTheTrial()
    {
        for (int i = 0; i < 5; i++)
        {
            Add(TrialState.Paused, 1, 0.1 * i);
        }
        Assert.AreSequenceEqual([2, 1], Hopeless(Rules));
        Assert.AreSequenceEqual([4, 3, 2, 1], Hopeless(Rules with { MaximumTrials = 5 }));
        Assert.AreSequenceEqual([], Hopeless(Rules with { MaximumTrials = null }));
        Assert.AreSequenceEqual([2, 1], Hopeless(Rules with { MaximumTrials = null, MaximumEpochs = 9 }));
    }

    [TestMethod]
    public void Choose_LowLoss_IsGood()
    {
        Add(TrialState.Paused, 1, 0.5);
        Add(TrialState.Paused, 1, 0.7);
        Add(TrialState.Paused, 1, 0.2);
        Assert.AreEqual(new Job.Continue(_trials[2], 3), Choose(Rules with { Metric = SweepMetric.LogLoss }));
    }

    [TestMethod]
    public void Choose_Folds_CountsTheirMean()
    {
        Add(TrialState.Paused, 1, 0.9);
        Add(TrialState.Paused, 1, 0.7);
        Add(TrialState.Paused, 1, 0.6);
        Also(0, 0.1);
        Also(1, 0.7);
        Also(2, 0.6);
        Assert.AreEqual(new Job.Continue(_trials[1], 3), Choose(Rules with { Folds = 2 }));
    }

    [TestMethod]
    public void Choose_AfterTheSearch_RepeatsTheBest()
    {
        SweepRules stable = Rules with { MaximumTrials = 2, StabilityTrials = 1, StabilitySeeds = 2 };
        Add(TrialState.Stopped, 1, 0.9);
        Add(TrialState.Completed, 9, 0.7);
        Assert.AreEqual(new Job.Repeat(_trials[1], 1), Choose(stable));
        Add(TrialState.Completed, 9, 0.6, number: 2, repeat: 1);
        Assert.AreEqual(new Job.Repeat(_trials[1], 2), Choose(stable));
        Add(TrialState.Running, 0, null, number: 2, repeat: 2, target: 9);
        Assert.AreEqual(new Job.Continue(_trials[3], 9), Choose(stable));
        _trials[3] = _trials[3] with { IsHeld = true };
        Assert.AreEqual(new Job.Wait(), Choose(stable));
        _trials[3] = _trials[3] with { State = TrialState.Failed };
        Assert.AreEqual(new Job.End(), Choose(stable));
    }

    private void Add(TrialState state, int epochs, double? score, int? target = null, bool isHeld = false,
        int? number = null, int repeat = 0)
    {
        int id = _trials.Count + 1;
        _trials.Add(new()
        {
            Id = id,
            Number = number ?? id,
            Repeat = repeat,
            Seed = 1,
            Point = new SweepPoint(SweepSpace.Empty, []),
            State = state,
            TargetEpoch = target ?? Math.Max(1, epochs),
            Epochs = epochs,
            Seconds = 0,
            IsHeld = isHeld,
            LostWorkers = 0,
        });
        _reports[id] =
            [.. Enumerable.Range(1, epochs).Select(epoch => new EpochReport(0, epoch, score, score, null, null))];
    }

    private void Also(int trial, double score) =>
        _reports[trial + 1] = [.. _reports[trial + 1], new(1, 1, score, score, null, null)];

    private void Rest(int index, int epochs, double score, TrialState state = TrialState.Paused)
    {
        _trials[index] = _trials[index] with { Epochs = epochs, TargetEpoch = epochs, State = state };
        _reports[index + 1] =
            [.. Enumerable.Range(1, epochs).Select(epoch => new EpochReport(0, epoch, score, score, null, null))];
    }

    private Job Choose(SweepRules? rules = null) => new JobChooser(rules ?? Rules).Choose(new(_trials, _reports));

    private int[] Hopeless(SweepRules rules) =>
        [.. new JobChooser(rules).Hopeless(new(_trials, _reports)).Select(trial => trial.Number)];
}
