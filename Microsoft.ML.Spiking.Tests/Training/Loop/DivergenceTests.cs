using Microsoft.ML.Spiking.Training.Loop;


namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class DivergenceTests
{
    [TestMethod]
    public void Run_HugeLearningRate_ThrowsAndNamesTheEpoch()
    {
        TrainingDivergedException fault = Assert.ThrowsExactly<TrainingDivergedException>(
            () => Toy.Train(Toy.Settings with { LearningRate = 1e30 }));
        Assert.Contains("epoch 1", fault.Message);
        Assert.Contains("last finite loss", fault.Message);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Run_DivergesLater_WarnsAndGivesTheLastGoodWeights(bool withValidation)
    {
        // After two good epochs the rows, which are read again every epoch, are NaN. The neurons do not fire then, so
        // the loss stays finite, and only the weights show it.
        (float[][] points, int[] labels) = Toy.Points(200);
        var observer = new RecordingObserver
        {
            OnEpoch = metrics =>
            {
                foreach (float[] row in metrics.Epoch == 2 ? points : [])
                {
                    Array.Fill(row, float.NaN);
                }
            },
        };
        TrainingOutcome outcome = Toy.Train(Toy.Settings with { MemoryBudget = 4_000, LearningRate = 0.05 },
            new(points, labels), withValidation ? Toy.Rows(30) : null, observer, Toy.Network());

        Assert.HasCount(2, outcome.History);
        Assert.IsInRange(1, 2, outcome.BestEpoch);
        Assert.IsFalse(outcome.Cancelled);
        Assert.HasCount(1, observer.Warnings);
        Assert.Contains("epoch 3", observer.Warnings[0]);
        Assert.IsTrue(Toy.Flat(outcome.Weights).All(float.IsFinite));
    }
}
