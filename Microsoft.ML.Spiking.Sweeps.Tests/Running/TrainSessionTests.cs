using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Training;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

/// <summary>A trial that is trained in parts, as in a sweep, gives the result of one Fit, with any options.</summary>
[TestClass]
public sealed class TrainSessionTests
{
    private readonly MLContext _ml = new(1);

    public static IEnumerable<(string Name, Action<SpikingClifTrainer.Options> Change)> Options =>
    [
        ("as they are", _ => { }),
        ("weights, smoothing and clipping", o =>
        {
            (o.ClassWeighting, o.LabelSmoothing, o.GradientClipping, o.Dropout) =
                (ClassWeighting.Balanced, 0.1, 0.5, 0.4);
            (o.LossTarget, o.BatchNorm) = (LossTarget.OneHot, BatchNormMode.AcrossTime);
        }),
        ("accumulation and warmup", o =>
            (o.GradientAccumulation, o.WarmupEpochs, o.Optimizer) = (3, 1.5, OptimizerKind.Sgd)),
        ("mixup", o => o.Augmentation = new ImageAugmentation { MixupAlpha = 0.4 }),
        ("an image", o =>
        {
            (o.InputShape, o.Network, o.InputNormalization) = ([1, 2, 3], new ConvNet(4), new ChannelNormalization());
            o.Augmentation = new ImageAugmentation { HorizontalFlip = true, CropPadding = 1 };
        }),
        ("the best loss", o =>
            (o.ValidationMetric, o.LearningRate, o.Neuron) = (ValidationMetric.Loss, 0.1, new PlifNeuron())),
        ("rows that do not fit", o => o.MemoryBudget = 1),
        ("memory saved", o => (o.ActivationCheckpointing, o.ReuseNativeMemory) = (true, false)),
        ("scored by torch", o => o.ScoringBackend = ScoringBackend.Torch),
        ("spike representation", o => (o.Neuron, o.Gradient) = (new IfNeuron { InitialPotential = 0.5 },
            new SpikeRepresentationGradient { LearnThreshold = true })),
        ("a teacher", o => o.Teacher = new Teacher(new FirstFeatures())),
        ("feedback", o => o.Network = new FeedbackMlp(6)),
        ("gated recurrence", o => (o.Network, o.InputShape) = (new SpikingRecurrent(6), [2, 3])),
    ];

    public static IEnumerable<object[]> Conversions =>
    [
        [new FirstSpikeConversion { ClockBits = 4, FineTuneEpochs = 2 }],
        [new CountConversion { FineTuneEpochs = 1 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Options))]
    public void FitPart_PartAfterPart_GivesWhatFitGives(string name, Action<SpikingClifTrainer.Options> change)
    {
        SpikingClifTrainer.Options options = Pebbles.Settings(_ml).Trainer;
        (options.Epochs, options.Seed, options.LearningRate) = (4, 3, 0.01);
        change(options);
        (IDataView train, IDataView validation) = Rows();
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(options);
        using SpikingPredictionTransformer whole = trainer.Fit(train, validation);

        SharedTrainingData shared = trainer.Share(train, validation, _ => { });
        var place = new Place();
        TrainingSessionResult first = trainer.TrainSession(shared, new(place, 1));
        Assert.IsTrue(first.IsResting, name);
        Interrupted(options, shared, place);
        TrainingSessionResult last = trainer.TrainSession(shared, new(place, 4));

        Assert.AreEqual((4, false, null), (last.Epochs, last.IsResting, last.Divergence));
        using SpikingPredictionTransformer model = last.CreateModel();
        Assert.AreEqual(options.ScoringBackend, model.Model.ScoringBackend);
        Assert.AreEqual(whole.Model.ScoringBackend, model.Model.ScoringBackend);
        Assert.AreSequenceEqual(Weights(whole), Weights(model));
        Assert.AreSequenceEqual(Scores(whole.Transform(validation)), Scores(model.Transform(validation)));
    }

    [TestMethod]
    [DynamicData(nameof(Conversions))]
    public void CreateModel_Conversion_GivesWhatFitGives(NetworkConversion conversion)
    {
        SpikingClifTrainer.Options options = Pebbles.Settings(_ml).Trainer;
        (options.Epochs, options.Seed, options.Neuron, options.TimeSteps) = (3, 3, new ReluNeuron(), 1);
        options.Conversion = conversion;
        (IDataView train, IDataView validation) = Rows();
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(options);
        using SpikingPredictionTransformer whole = trainer.Fit(train, validation);

        SharedTrainingData shared = trainer.Share(train, validation, _ => { });
        using SpikingPredictionTransformer model = trainer.TrainSession(shared, new(new Place(), 3)).CreateModel();

        Assert.DoesNotContain(
            layer => layer is NeuronLayer { Neuron: ReluNeuron }, model.Model.Network.Layers);
        Assert.AreSequenceEqual(Weights(whole), Weights(model));
        Assert.AreSequenceEqual(Scores(whole.Transform(validation)), Scores(model.Transform(validation)));
    }

    [TestMethod]
    public void FitPart_OutOfPatience_EndsWhereFitDoes()
    {
        SpikingClifTrainer.Options options = Pebbles.Settings(_ml).Trainer;
        (options.Epochs, options.Seed, options.EarlyStoppingPatience, options.LearningRate, options.WeightDecay) =
            (50, 3, 2, 1e-7, 0);
        var epochs = new List<int>();
        options.MetricsCallback = metrics => epochs.Add(metrics.Epoch);
        (IDataView train, IDataView validation) = Rows();
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(options);
        using SpikingPredictionTransformer whole = trainer.Fit(train, validation);
        int[] ofFit = [.. epochs];
        epochs.Clear();

        SharedTrainingData shared = trainer.Share(train, validation, _ => { });
        var place = new Place();
        TrainingSessionResult session;
        int target = 0;
        do
        {
            session = trainer.TrainSession(shared, new(place, ++target));
        }
        while (session.IsResting);

        Assert.IsLessThan(50, ofFit.Length);
        Assert.AreSequenceEqual(ofFit, epochs.ToArray());
        using SpikingPredictionTransformer model = session.CreateModel();
        Assert.AreSequenceEqual(Weights(whole), Weights(model));
    }

    [TestMethod]
    public void Share_ScoringDeviceThatIsNotThere_SaysSoBeforeAnythingIsTrained()
    {
        if (TorchSharp.torch.cuda.is_available())
        {
            Assert.Inconclusive("There is a CUDA device here.");
        }
        SpikingClifTrainer.Options options = Pebbles.Settings(_ml).Trainer;
        (options.ScoringBackend, options.ScoringDevice) = (ScoringBackend.Torch, ComputeDevice.Cuda);
        (IDataView train, IDataView validation) = Rows();
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(options);
        string ofFit = Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(train, validation)).Message;

        Assert.AreEqual(ofFit,
            Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Share(train, validation, _ => { })).Message);
    }

    /// <summary>A session that is stopped in the middle of the second epoch.</summary>
    private void Interrupted(SpikingClifTrainer.Options options, SharedTrainingData shared, Place place)
    {
        SpikingClifTrainer.Options copy = options.Copy();
        using var stop = new CancellationTokenSource();
        copy.CancellationToken = stop.Token;
        copy.ProgressCallback = progress =>
        {
            if (progress.Epoch == 2 && progress.Rows >= 64)
            {
                stop.Cancel();
            }
        };
        int written = place.Written;
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(copy);
        Assert.Throws<OperationCanceledException>(() => trainer.TrainSession(shared, new(place, 3)));
        Assert.IsGreaterThan(written, place.Written);
        Assert.HasCount(1, place.Read()!.State.History);
    }

    private (IDataView Train, IDataView Validation) Rows()
    {
        IDataView train = Pebbles.Data(_ml), validation = Pebbles.Data(_ml, 60, seed: 2);
        ITransformer featurizers = Pebbles.Featurizers(_ml).Fit(train);
        return (featurizers.Transform(train), featurizers.Transform(validation));
    }

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private static float[] Scores(IDataView scored) =>
        [.. scored.GetColumn<float[]>("Score").SelectMany(scores => scores)];

    private sealed class Place : ICheckpointPlace
    {
        private Checkpoint? _checkpoint;

        public int Written { get; private set; }

        public Checkpoint? Read() => _checkpoint;

        public void Write(Checkpoint checkpoint) => (_checkpoint, Written) = (checkpoint, Written + 1);
    }

    /// <summary>Gives the first three features as logits.</summary>
    private sealed class FirstFeatures : ITeacherModel
    {
        public int FeatureCount => 6;

        public int ClassCount => 3;

        public string Identity => "first features";

        public void Score(ReadOnlySpan<float> features, int rows, Span<float> logits)
        {
            for (int row = 0; row < rows; row++)
            {
                features.Slice(row * FeatureCount, ClassCount).CopyTo(logits[(row * ClassCount)..]);
            }
        }
    }
}
