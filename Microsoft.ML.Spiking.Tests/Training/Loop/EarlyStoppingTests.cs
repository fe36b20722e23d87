using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch;


namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class EarlyStoppingTests
{
    private static readonly KeptWeights Third = new(AnyWeights(), Epoch: 3, Accuracy: 0.5, Loss: 1);

    [TestMethod]
    [DataRow(2, 4, false)]
    [DataRow(2, 5, true)]
    [DataRow(1, 4, true)]
    [DataRow(1, 3, false)]
    public void IsDue_EpochsAfterTheBest_WhenPatienceIsSpent(int patience, int finished, bool expected) =>
        Assert.AreEqual(expected, new EarlyStopping(patience).IsDue(finished, Third));

    [TestMethod]
    public void IsDue_WithoutPatienceOrBest_Never()
    {
        Assert.IsFalse(new EarlyStopping(null).IsDue(1_000, Third));
        Assert.IsFalse(new EarlyStopping(1).IsDue(0, null));
    }

    [TestMethod]
    public void Run_ValidationNeverBetterThanAtFirst_StopsAndKeepsTheFirst()
    {
        // Nothing is learned, so no epoch is better than the first.
        var observer = new RecordingObserver();
        TrainingOutcome outcome = Toy.Train(
            Toy.Settings with { LearningRate = 0, WeightDecay = 0, EarlyStoppingPatience = 3 },
            validation: Toy.Rows(60, seed: 6), observer: observer);

        Assert.HasCount(4, outcome.History);
        Assert.AreEqual(1, outcome.BestEpoch);
        Assert.Contains("No epoch was better than epoch 1: the training stops after epoch 4.", observer.Infos);
    }

    [TestMethod]
    public void Run_PatienceEnough_TrainsToTheEnd() =>
        Assert.HasCount(8,
            Toy.Train(Toy.Settings with { EarlyStoppingPatience = 8 }, validation: Toy.Rows(60, seed: 6)).History);

    private static Microsoft.ML.Spiking.Networks.NetworkWeights AnyWeights() =>
        WeightInitializer.Create(Toy.Network(), 1);
}
