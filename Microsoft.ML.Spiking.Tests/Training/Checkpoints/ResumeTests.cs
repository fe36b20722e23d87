using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training;

namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>A training that ends after any batch goes on as if it had not.</summary>
[TestClass]
public sealed class ResumeTests
{
    private const string BatchNorm = "batch norm";

    private static readonly Dictionary<string, TrainingSettings> Trainings = new()
    {
        ["sgd"] = Toy.Settings,
        ["sgd without momentum, clipped"] = Toy.Settings with { Momentum = 0, GradientClipping = 0.5 },
        ["AdamW"] = Toy.Settings with { Optimizer = OptimizerKind.AdamW, LearningRate = 0.01, WarmupEpochs = 1.5 },
        ["accumulation"] = Toy.Settings with { GradientAccumulation = 3 },
        ["streamed"] = Toy.Settings with { MemoryBudget = 4_000 },
        ["early stopping"] = Toy.Settings with { EarlyStoppingPatience = 1 },
        [BatchNorm] = Toy.Settings with { Epochs = 3 },
    };

    public static IEnumerable<(string Name, bool HasValidation)> Cases =>
        Trainings.Keys.Select(name => (name, name != "sgd"));

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Run_StoppedAgainAndAgain_EndsAsAnUninterruptedRun(string name, bool hasValidation)
    {
        TrainingSettings settings = Trainings[name];
        bool hasImages = name == BatchNorm;
        TrainingOutcome whole = Train(settings, hasValidation, hasImages, new());

        using var folder = new TemporaryFolder();
        TrainingSettings saved = settings with { CheckpointFolder = folder.Path, CheckpointEveryBatches = 4 };
        foreach (int stop in new[] { 3, 6, 1, 20 })
        {
            int heard = 0;
            var observer = new RecordingObserver { OnBatch = _ => ThrowIf(++heard == stop) };
            Assert.ThrowsExactly<InvalidTimeZoneException>(() => Train(saved, hasValidation, hasImages, observer));
        }
        var last = new RecordingObserver();
        TrainingOutcome resumed = Train(saved, hasValidation, hasImages, last);

        Assert.Contains("Resumed from", string.Join('\n', last.Infos));
        Assert.AreSequenceEqual(Toy.Flat(whole.Weights), Toy.Flat(resumed.Weights), name);
        Assert.AreEqual(whole.BestEpoch, resumed.BestEpoch);
        Sameness.AssertSame(whole.History, resumed.History);
    }

    [TestMethod]
    public void Run_CheckpointOfAFinishedTraining_GivesItsModelWithoutTraining()
    {
        using var folder = new TemporaryFolder();
        TrainingSettings settings = Toy.Settings with { CheckpointFolder = folder.Path };
        TrainingOutcome first = Toy.Train(settings);
        var observer = new RecordingObserver();

        TrainingOutcome second = Toy.Train(settings, observer: observer);

        Assert.IsEmpty(observer.Batches);
        Assert.IsEmpty(observer.Epochs);
        Assert.AreSequenceEqual(Toy.Flat(first.Weights), Toy.Flat(second.Weights));
        Sameness.AssertSame(first.History, second.History);
    }

    [TestMethod]
    public void Run_CheckpointsWithoutInterruption_ChangeNothing()
    {
        using var folder = new TemporaryFolder();
        Assert.AreSequenceEqual(
            Toy.Flat(Toy.Train().Weights),
            Toy.Flat(Toy.Train(Toy.Settings with { CheckpointFolder = folder.Path, CheckpointEveryBatches = 2 }).Weights));
    }

    [TestMethod]
    public void Run_SeedThatNobodyChose_IsTheCheckpoints()
    {
        using var folder = new TemporaryFolder();
        TrainingSettings settings = Toy.Settings with { CheckpointFolder = folder.Path, Seed = 7 };
        var observer = new RecordingObserver { OnBatch = batch => ThrowIf(batch.Epoch == 3) };
        Assert.ThrowsExactly<InvalidTimeZoneException>(() => Toy.Train(settings, observer: observer));

        TrainingOutcome resumed = Toy.Train(settings with { Seed = 8, IsSeedGiven = false });

        Assert.AreSequenceEqual(
            Toy.Flat(Toy.Train(Toy.Settings with { Seed = 7 }).Weights), Toy.Flat(resumed.Weights));
    }

    private static TrainingOutcome Train(
        TrainingSettings settings, bool hasValidation, bool hasImages, RecordingObserver observer) =>
        Toy.Train(settings, Toy.Rows(200), hasValidation ? Toy.Rows(60, seed: 6) : null, observer,
            hasImages ? Images() : Toy.Network(dropout: 0.2));

    // The 8 features as an image of 2 x 4.
    private static NetworkDefinition Images() =>
        new ConvNet(4).Bind(new([1, 2, 4], Toy.Classes, TimeSteps: 3, new DirectEncoder(), new PlifNeuron(), Dropout: 0.1));

    private static void ThrowIf(bool condition)
    {
        if (condition)
        {
            throw new InvalidTimeZoneException();
        }
    }
}
