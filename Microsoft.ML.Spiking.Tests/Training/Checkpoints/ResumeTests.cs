using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;


namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>A training that is stopped after any batch and resumed ends as an uninterrupted one.</summary>
[TestClass]
public sealed class ResumeTests
{
    private const string BatchNorm = "batch norm";
    private const string Augmented = "augmentation and mixing, accumulation, images";

    private static readonly Dictionary<string, TrainingSettings> Trainings = new()
    {
        ["sgd"] = Toy.Settings,
        ["sgd without momentum, clipped"] = Toy.Settings with { Momentum = 0, GradientClipping = 0.5 },
        ["AdamW"] = Toy.Settings with { Optimizer = OptimizerKind.AdamW, LearningRate = 0.01, WarmupEpochs = 1.5 },
        ["gradient horizon"] = Toy.Settings with { GradientHorizon = 1, Epochs = 3 },
        ["accumulation"] = Toy.Settings with { GradientAccumulation = 3 },
        ["streamed"] = Toy.Settings with { MemoryBudget = 4_000 },
        ["early stopping"] = Toy.Settings with { EarlyStoppingPatience = 1 },
        [BatchNorm] = Toy.Settings with { Epochs = 3 },
        [Augmented] = Toy.Settings with
        {
            Epochs = 3,
            GradientAccumulation = 3,
            Augmentation =
                new() { CropPadding = 1, HorizontalFlip = true, CutoutSize = 1, MixupAlpha = 0.4, CutmixAlpha = 1 },
        },
    };

    /// <summary>Everything that has state, at once; the network adds running statistics and masks.</summary>
    private static readonly TrainingSettings Everything = Toy.Settings with
    {
        Epochs = 30,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 0.01,
        WarmupEpochs = 0.5,
        GradientAccumulation = 3,
        GradientClipping = 1,
        LabelSmoothing = 0.1,
        EarlyStoppingPatience = 3,
        Precision = TrainingPrecision.BFloat16,
        Augmentation = Trainings[Augmented].Augmentation,
    };

    public static IEnumerable<(string Name, bool HasValidation)> Cases =>
        Trainings.Keys.Select(name => (name, name != "sgd"));

    /// <summary>Allows products in bfloat16 on every processor.</summary>
    [TestInitialize]
    public void Round() => BFloat16Products.Given = true;

    [TestCleanup]
    public void Restore() => BFloat16Products.Given = null;

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Run_StoppedAgainAndAgain_EndsAsAnUninterruptedRun(string name, bool hasValidation)
    {
        TrainingSettings settings = Trainings[name];
        bool hasImages = name is BatchNorm or Augmented;
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
    [DynamicData(nameof(Cases))]
    public void Run_CancelledAgainAndAgain_GoesOnFromTheLastBatch(string name, bool hasValidation)
    {
        TrainingSettings settings = Trainings[name];
        bool hasImages = name is BatchNorm or Augmented;
        var all = new RecordingObserver();
        TrainingOutcome whole = Train(settings, hasValidation, hasImages, all);

        using var folder = new TemporaryFolder();
        TrainingSettings saved = settings with { CheckpointFolder = folder.Path }; // else only after epochs
        var heard = new List<BatchProgress>();
        foreach (int stop in new[] { 4, 1, 11, 2 })
        {
            using var source = new CancellationTokenSource();
            int batches = 0;
            var observer = new RecordingObserver { OnBatch = _ => CancelIf(++batches == stop, source) };
            Assert.ThrowsExactly<OperationCanceledException>(
                () => Train(saved, hasValidation, hasImages, observer, source));
            Assert.Contains("The cancelled training was saved", observer.Infos[^1]);
            heard.AddRange(observer.Batches);
        }
        var last = new RecordingObserver();
        TrainingOutcome resumed = Train(saved, hasValidation, hasImages, last);

        // no batch was trained on twice
        Assert.AreSequenceEqual(all.Batches.ToArray(), heard.Concat(last.Batches).ToArray());
        Assert.AreSequenceEqual(Toy.Flat(whole.Weights), Toy.Flat(resumed.Weights), name);
        Sameness.AssertSame(whole.History, resumed.History);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Run_EverythingAtOnceCancelledAndStopped_EndsEarlyAsAnUninterruptedRun(bool activationCheckpointing)
    {
        TrainingOutcome whole = Train(Everything, hasValidation: true, hasImages: true, new());
        Assert.IsInRange(4, 29, whole.History.Count); // it stopped early

        using var folder = new TemporaryFolder();
        TrainingSettings saved = Everything with
        {
            CheckpointFolder = folder.Path,
            CheckpointEveryBatches = 4,
            ActivationCheckpointing = activationCheckpointing,
        };
        foreach ((int stop, bool isCancelled) in new[] { (5, true), (7, false), (1, true), (16, false), (2, true) })
        {
            using var source = new CancellationTokenSource();
            int batches = 0;
            var observer = new RecordingObserver
            {
                OnBatch = _ =>
                {
                    CancelIf(++batches == stop && isCancelled, source);
                    ThrowIf(batches == stop && !isCancelled);
                },
            };
            Exception fault =
                Assert.Throws<Exception>(() => Train(saved, hasValidation: true, hasImages: true, observer, source));
            Assert.AreEqual(isCancelled, fault is OperationCanceledException, fault.ToString());
        }
        TrainingOutcome resumed = Train(saved, hasValidation: true, hasImages: true, new());

        Assert.AreSequenceEqual(Toy.Flat(whole.Weights), Toy.Flat(resumed.Weights));
        Assert.AreEqual(whole.BestEpoch, resumed.BestEpoch);
        Sameness.AssertSame(whole.History, resumed.History);
    }

    [TestMethod]
    public void Run_CancelledWithKeepBest_IsSavedAllTheSame()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        TrainingSettings settings = Toy.Settings with { CheckpointFolder = folder.Path, KeepBestOnCancellation = true };
        var observer = new RecordingObserver { OnBatch = batch => CancelIf(batch is { Epoch: 2, Rows: 48 }, source) };

        Assert.IsTrue(Train(settings, hasValidation: false, hasImages: false, observer, source).Cancelled);

        var rest = new RecordingObserver();
        TrainingOutcome resumed = Train(settings, hasValidation: false, hasImages: false, rest);
        Assert.AreEqual(new BatchProgress { Epoch = 2, Epochs = 8, Rows = 64, TotalRows = 200 }, rest.Batches[0]);
        Assert.AreSequenceEqual(
            Toy.Flat(Train(Toy.Settings, hasValidation: false, hasImages: false, new()).Weights),
            Toy.Flat(resumed.Weights));
    }

    [TestMethod]
    public void Run_CancelledBeforeTheFirstBatch_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(
            () => Train(Toy.Settings with { CheckpointFolder = folder.Path }, hasValidation: false, hasImages: false,
                new(), source));
        Assert.IsFalse(File.Exists(Path.Combine(folder.Path, CheckpointFolder.FileName)));
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
            Toy.Flat(Toy.Train(Toy.Settings with { CheckpointFolder = folder.Path, CheckpointEveryBatches = 2 })
                .Weights));
    }

    [TestMethod]
    public void Run_SeedNotGiven_IsTheCheckpoints()
    {
        using var folder = new TemporaryFolder();
        TrainingSettings settings = Toy.Settings with { CheckpointFolder = folder.Path, Seed = 7 };
        var observer = new RecordingObserver { OnBatch = batch => ThrowIf(batch.Epoch == 3) };
        Assert.ThrowsExactly<InvalidTimeZoneException>(() => Toy.Train(settings, observer: observer));

        TrainingOutcome resumed = Toy.Train(settings with { Seed = 8, IsSeedGiven = false });

        Assert.AreSequenceEqual(
            Toy.Flat(Toy.Train(Toy.Settings with { Seed = 7 }).Weights), Toy.Flat(resumed.Weights));
    }

    private static TrainingOutcome Train(TrainingSettings settings, bool hasValidation, bool hasImages,
        RecordingObserver observer,
        CancellationTokenSource? source = null) =>
        TrainingLoop.Run(hasImages ? Images() : Toy.Network(dropout: 0.2), null, Toy.Rows(200),
            hasValidation ? Toy.Rows(60, seed: 6) : null, settings, observer, source?.Token ?? CancellationToken.None);

    // The 8 features as an image of 2 x 4.
    private static NetworkDefinition Images() =>
        new ConvNet(4)
            .Bind(new([1, 2, 4], Toy.Classes, TimeSteps: 3, new DirectEncoder(), new PlifNeuron(), Dropout: 0.1));

    private static void CancelIf(bool condition, CancellationTokenSource source)
    {
        if (condition)
        {
            source.Cancel();
        }
    }

    private static void ThrowIf(bool condition)
    {
        if (condition)
        {
            throw new InvalidTimeZoneException();
        }
    }
}
