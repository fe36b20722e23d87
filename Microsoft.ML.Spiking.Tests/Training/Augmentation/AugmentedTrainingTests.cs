using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Loop;


namespace Microsoft.ML.Spiking.Tests.Training.Augmentation;

[TestClass]
public sealed class AugmentedTrainingTests
{
    private static readonly TrainingSettings Augmented = Toy.Settings with
    {
        Epochs = 2,
        Rows = new RowLayout([2, 2, 2], null),
        Augmentation =
            new() { CropPadding = 1, HorizontalFlip = true, CutoutSize = 1, MixupAlpha = 0.2, CutmixAlpha = 1 },
    };

    [TestMethod]
    public void Run_SameSeed_GivesTheSameWeightsOnAnyNumberOfThreadsOrFromStreamedRows()
    {
        float[] first = Toy.Flat(Toy.Train(Augmented).Weights);
        Assert.AreSequenceEqual(first, Toy.Flat(Toy.Train(Augmented).Weights));
        Assert.AreSequenceEqual(first, Toy.Flat(Toy.Train(Augmented with { Threads = 2 }).Weights));
        Assert.AreNotSequenceEqual(first, Toy.Flat(Toy.Train(Augmented with { Augmentation = null }).Weights));
    }

    [TestMethod]
    public void Run_NothingLearned_MeasuresValidationRowsAsTheyAre()
    {
        TrainingSettings still = Augmented with { LearningRate = 0, WeightDecay = 0 };
        NetworkWeights initial = Toy.Train(Toy.Settings with { Epochs = 1 }).Weights;

        TrainingOutcome augmented = Toy.Train(still, initial: initial, validation: Toy.Rows(60));
        TrainingOutcome plain =
            Toy.Train(still with { Augmentation = null }, initial: initial, validation: Toy.Rows(60));

        for (int epoch = 0; epoch < 2; epoch++)
        {
            Assert.AreEqual(plain.History[epoch].ValidationLoss, augmented.History[epoch].ValidationLoss);
            Assert.AreEqual(plain.History[epoch].ValidationAccuracy, augmented.History[epoch].ValidationAccuracy);
        }
        Assert.AreEqual(plain.History[0].Loss, plain.History[1].Loss, 1e-6);
        Assert.AreNotEqual(augmented.History[0].Loss, augmented.History[1].Loss, 1e-4); // drawn anew
        Assert.AreNotEqual(plain.History[0].Loss, augmented.History[0].Loss, 1e-4);
    }

    [TestMethod]
    public void Run_MixupOfVectors_Learns()
    {
        TrainingOutcome outcome =
            Toy.Train(Toy.Settings with { Augmentation = new() { MixupAlpha = 0.2 } },
                validation: Toy.Rows(99, seed: 6));
        Assert.AreEqual(1.0, outcome.History[outcome.BestEpoch - 1].ValidationAccuracy);
    }

    [TestMethod]
    public void Run_NoImages_SaysSo() =>
        Assert.Contains("needs images", Assert.ThrowsExactly<InvalidOperationException>(
            () => Toy.Train(Augmented with { Rows = null })).Message);
}
