using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch;


namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class CancellationTests
{
    [TestMethod]
    public void Run_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        var observer = new RecordingObserver { OnBatch = _ => source.Cancel() };
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(Toy.Settings, observer, source.Token));
        Assert.HasCount(1, observer.Batches);
    }

    [TestMethod]
    public void Run_CancelledInTheThirdEpochWithKeepBest_GivesTheSecondEpochsWeights()
    {
        using var source = new CancellationTokenSource();
        var observer = new RecordingObserver { OnBatch = batch => CancelWhen(batch.Epoch == 3, source) };
        TrainingSettings settings = Toy.Settings with { KeepBestOnCancellation = true };

        TrainingOutcome outcome = Run(settings, observer, source.Token);

        Assert.IsTrue(outcome.Cancelled);
        Assert.AreEqual(2, outcome.BestEpoch);
        Assert.HasCount(2, outcome.History);
    }

    [TestMethod]
    public void Run_CancelledInTheFirstEpochWithKeepBest_GivesTheWeightsAsTheyAre()
    {
        using var source = new CancellationTokenSource();
        var observer = new RecordingObserver { OnBatch = batch => CancelWhen(batch.Rows >= 48, source) };

        TrainingOutcome outcome = Run(Toy.Settings with { KeepBestOnCancellation = true }, observer, source.Token);

        Assert.IsTrue(outcome.Cancelled);
        Assert.AreEqual(0, outcome.BestEpoch);
        Assert.IsEmpty(outcome.History);
        Assert.AreNotSequenceEqual(Toy.Flat(WeightInitializer.Create(Toy.Network(), 1)), Toy.Flat(outcome.Weights));
    }

    [TestMethod]
    public void Run_CancelledBeforehand_ThrowsEvenWithKeepBest() =>
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(
            Toy.Settings with { KeepBestOnCancellation = true }, new RecordingObserver(),
            new CancellationToken(canceled: true)));

    [TestMethod]
    public void Run_ObserverThrows_ThrowsTheSame()
    {
        var fault = new InvalidTimeZoneException();
        var observer = new RecordingObserver { OnBatch = _ => throw fault };
        Assert.AreSame(fault, Assert.ThrowsExactly<InvalidTimeZoneException>(
            () => Run(Toy.Settings, observer, CancellationToken.None)));
    }

    private static void CancelWhen(bool condition, CancellationTokenSource source)
    {
        if (condition)
        {
            source.Cancel();
        }
    }

    private static TrainingOutcome Run(
        TrainingSettings settings, RecordingObserver observer, CancellationToken token) =>
        TrainingLoop.Run(Toy.Network(), null, Toy.Rows(200), null, settings, observer, token);
}
