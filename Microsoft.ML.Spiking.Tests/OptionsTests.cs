using System.Globalization;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests;

[TestClass]
public sealed class OptionsTests
{
    public static IEnumerable<(string Option, Action<SpikingClifTrainer.Options> Change)> Faults =>
    [
        ("LabelColumnName", o => o.LabelColumnName = ""),
        ("FeatureColumnName", o => o.FeatureColumnName = null!),
        ("ExampleWeightColumnName", o => o.ExampleWeightColumnName = " "),
        ("PredictedLabelColumnName", o => o.PredictedLabelColumnName = ""),
        ("ScoreColumnName", o => o.ScoreColumnName = ""),
        ("need different names", o => o.ScoreColumnName = o.PredictedLabelColumnName),
        ("PredictedLabelColumnName and LabelColumnName are both 'Label'", o => o.PredictedLabelColumnName = "Label"),
        ("PredictedLabelColumnName and FeatureColumnName are both", o => o.FeatureColumnName = "PredictedLabel"),
        ("PredictedLabelColumnName and ExampleWeightColumnName are both",
            o => o.ExampleWeightColumnName = "PredictedLabel"),
        ("ScoreColumnName and LabelColumnName are both 'Score'", o => o.LabelColumnName = "Score"),
        ("ScoreColumnName and FeatureColumnName are both", o => o.ScoreColumnName = "Features"),
        ("ScoreColumnName and ExampleWeightColumnName are both", o => o.ExampleWeightColumnName = "Score"),
        ("Network is null", o => o.Network = null!),
        ("HiddenSizes", o => o.Network = new Mlp(8, 0)),
        ("Depth is 12", o => o.Network = new SpikingVgg(12)),
        ("InputShape is [1, 1, 1, 28, 28]", o => o.InputShape = [1, 1, 1, 28, 28]),
        ("InputShape is []", o => o.InputShape = []),
        ("InputShape is [1, 0, 28]", o => o.InputShape = [1, 0, 28]),
        ("Encoder is null", o => o.Encoder = null!),
        ("PoissonEncoder.Rate", o => o.Encoder = new PoissonEncoder { Rate = 1.5 }),
        ("PixelOrder", o => o.PixelOrder = (PixelOrder)7),
        ("BatchNorm", o => o.BatchNorm = (BatchNormMode)7),
        ("Neuron is null", o => o.Neuron = null!),
        ("MembraneTimeConstant", o => o.Neuron = new ClifNeuron { MembraneTimeConstant = 1 }),
        ("Threshold", o => o.Neuron = new ClifNeuron { Threshold = double.NaN }),
        ("CropPadding is -1", o => o.Augmentation = new() { CropPadding = -1 }),
        ("CutoutSize is 1025", o => o.Augmentation = new() { CutoutSize = 1_025 }),
        ("MixupAlpha is NaN", o => o.Augmentation = new() { MixupAlpha = double.NaN }),
        ("CutmixAlpha is 101", o => o.Augmentation = new() { CutmixAlpha = 101 }),
        ("has 2 Means and no StandardDeviations",
            o => o.InputNormalization = new ChannelNormalization { Means = [1, 2] }),
        ("Means is []", o => o.InputNormalization = new ChannelNormalization { Means = [], StandardDeviations = [] }),
        ("Means is [NaN]",
            o => o.InputNormalization = new ChannelNormalization { Means = [double.NaN], StandardDeviations = [1] }),
        ("StandardDeviations is [0]",
            o => o.InputNormalization = new ChannelNormalization { Means = [1], StandardDeviations = [0] }),
        ("Means is [1E+40]",
            o => o.InputNormalization = new ChannelNormalization { Means = [1e40], StandardDeviations = [1] }),
        ("StandardDeviations is [1E-60]",
            o => o.InputNormalization = new ChannelNormalization { Means = [1], StandardDeviations = [1e-60] }),
        ("PoissonEncoder makes spikes",
            o => (o.InputNormalization, o.Encoder) = (new ChannelNormalization(), new PoissonEncoder())),
        ("TimeSteps", o => o.TimeSteps = 0),
        ("TimeSteps", o => o.TimeSteps = 1_001),
        ("TimeSteps is 6; a network of ReluNeuron", o => (o.Neuron, o.TimeSteps) = (new ReluNeuron(), 6)),
        ("TimeSteps is 6; a network of FirstSpikeNeuron", o => (o.Neuron, o.TimeSteps) = (new FirstSpikeNeuron(), 6)),
        ("Window is 0", o => (o.Neuron, o.TimeSteps) = (new FirstSpikeNeuron { Window = 0 }, 1)),
        ("ClockBits is 17", o => (o.Neuron, o.TimeSteps) = (new FirstSpikeNeuron { ClockBits = 17 }, 1)),
        ("Conversion is a FirstSpikeConversion, but Neuron is a ClifNeuron",
            o => o.Conversion = new FirstSpikeConversion()),
        ("ClockBits is 0", o => (o.Conversion, o.Neuron, o.TimeSteps) =
            (new FirstSpikeConversion { ClockBits = 0 }, new ReluNeuron(), 1)),
        ("WindowPercentile is 40", o => (o.Conversion, o.Neuron, o.TimeSteps) =
            (new FirstSpikeConversion { WindowPercentile = 40 }, new ReluNeuron(), 1)),
        ("FineTuneEpochs is -1", o => (o.Conversion, o.Neuron, o.TimeSteps) =
            (new FirstSpikeConversion { FineTuneEpochs = -1 }, new ReluNeuron(), 1)),
        ("SpikePenalty is -1", o => o.SpikePenalty = -1),
        ("MaximumSpikesPerStep is 0", o => Convert(o, new CountConversion { MaximumSpikesPerStep = 0 })),
        ("ThresholdPercentile is 49", o => Convert(o, new CountConversion { ThresholdPercentile = 49 })),
        ("FineTuneEpochs is -1", o => Convert(o, new CountConversion { FineTuneEpochs = -1 })),
        ("TimeSteps is 0", o => Convert(o, new CountConversion { TimeSteps = 0 })),
        ("Conversion is a CountConversion, but Neuron is a ClifNeuron", o => o.Conversion = new CountConversion()),
        ("but Encoder is a PoissonEncoder", o =>
        {
            Convert(o, new CountConversion());
            o.Encoder = new PoissonEncoder();
        }),
        ("GradientHorizon is given, but Neuron is a BurstNeuron",
            o => (o.Neuron, o.GradientHorizon) = (new BurstNeuron(), 1)),
        ("Threshold is 0", o => o.Neuron = new BurstNeuron { Threshold = 0 }),
        ("MaximumSpikes is 1025", o => o.Neuron = new BurstNeuron { MaximumSpikes = 1_025 }),
        ("SpikePenalty is given and ActivationCheckpointing",
            o => (o.SpikePenalty, o.ActivationCheckpointing) = (0.1, true)),
        ("MembraneTimeConstant", o => o.Neuron = new KlifNeuron { MembraneTimeConstant = double.NaN }),
        ("ResetPotential", o => o.Neuron = new IfNeuron { ResetPotential = 2 }),
        ("Epochs", o => o.Epochs = 0),
        ("BatchSize", o => o.BatchSize = 0),
        ("BatchSize", o => o.BatchSize = 65_537),
        ("LearningRate", o => o.LearningRate = 0),
        ("LearningRate", o => o.LearningRate = double.NaN),
        ("LearningRate", o => o.LearningRate = double.PositiveInfinity),
        ("LearningRate is 1E-50", o => o.LearningRate = 1e-50),
        ("Momentum", o => o.Momentum = 1),
        ("Momentum is 0.99999999999", o => o.Momentum = 0.99999999999),
        ("Momentum", o => o.Momentum = -0.1),
        ("WeightDecay", o => o.WeightDecay = -1),
        ("Optimizer", o => o.Optimizer = (OptimizerKind)7),
        ("Schedule", o => o.Schedule = (LearningRateSchedule)7),
        ("ValidationMetric", o => o.ValidationMetric = (ValidationMetric)7),
        ("WarmupEpochs", o => (o.Epochs, o.WarmupEpochs) = (5, 5.5)),
        ("WarmupEpochs", o => o.WarmupEpochs = double.NaN),
        ("ClassWeighting", o => o.ClassWeighting = (ClassWeighting)7),
        ("ClassWeights is missing", o => o.ClassWeighting = ClassWeighting.Given),
        ("ClassWeights is given but", o => o.ClassWeights = [1f, 2f]),
        ("ClassWeights is [1, 0]", o => (o.ClassWeighting, o.ClassWeights) = (ClassWeighting.Given, [1f, 0f])),
        ("LabelSmoothing", o => o.LabelSmoothing = 1),
        ("LabelSmoothing is 0.9999999999", o => o.LabelSmoothing = 0.9999999999),
        ("LossLambda", o => o.LossLambda = 1.1),
        ("LossTarget", o => o.LossTarget = (LossTarget)7),
        ("Dropout", o => o.Dropout = 1),
        ("Dropout is 0.99999999", o => o.Dropout = 0.99999999),
        ("InputDropout is 1; it must be from 0 up to, but not including, 1.", o => o.InputDropout = 1),
        ("GradientClipping", o => o.GradientClipping = 0),
        ("GradientClipping is 1E+40", o => o.GradientClipping = 1e40),
        ("GradientClipping", o => o.GradientClipping = double.NaN),
        ("GradientAccumulation", o => o.GradientAccumulation = 0),
        ("GradientHorizon is -1; it must be from 0 to 1000 time steps", o => o.GradientHorizon = -1),
        ("GradientHorizon is 1001", o => o.GradientHorizon = 1_001),
        ("EarlyStoppingPatience", o => o.EarlyStoppingPatience = 0),
        ("CheckpointFolder is empty", o => o.CheckpointFolder = " "),
        ("CheckpointEveryBatches is 0", o => (o.CheckpointFolder, o.CheckpointEveryBatches) = ("a", 0)),
        ("CheckpointEveryBatches is given", o => o.CheckpointEveryBatches = 10),
        ("CheckpointEveryMinutes is 0", o => (o.CheckpointFolder, o.CheckpointEveryMinutes) = ("a", 0)),
        ("CheckpointEveryMinutes is NaN", o => (o.CheckpointFolder, o.CheckpointEveryMinutes) = ("a", double.NaN)),
        ("CheckpointEveryMinutes is given", o => o.CheckpointEveryMinutes = 10),
        ("Device", o => o.Device = (ComputeDevice)7),
        ("The scoring backend is 7", o => o.ScoringBackend = (ScoringBackend)7),
        ("The scoring device is 7", o => o.ScoringDevice = (ComputeDevice)7),
        ("ScoringBackend.Managed scores on the processor",
            o => (o.ScoringBackend, o.ScoringDevice) = (ScoringBackend.Managed, ComputeDevice.Cuda)),
        ("Precision", o => o.Precision = (TrainingPrecision)7),
        ("CudaDeviceIndex", o => o.CudaDeviceIndex = -1),
        ("CudaDevices is [0, 1, 0]; name each device once", o => o.CudaDevices = [0, 1, 0]),
        ("CudaDevices is []", o => o.CudaDevices = []),
        ("CudaDevices is [0, -1]", o => o.CudaDevices = [0, -1]),
        ("CudaDevices is [0, 1], but CudaDeviceIndex is 1", o => (o.CudaDevices, o.CudaDeviceIndex) = ([0, 1], 1)),
        ("CudaDevices is [0], but Device is Cpu", o => (o.CudaDevices, o.Device) = ([0], ComputeDevice.Cpu)),
        ("each device needs at least one row", o => (o.CudaDevices, o.BatchSize) = ([0, 1, 2], 2)),
        ("NumberOfThreads", o => o.NumberOfThreads = 0),
        ("PopulationEncoder.Fields", o => o.Encoder = new PopulationEncoder(1)),
        ("PopulationEncoder.Fields", o => o.Encoder = new PopulationEncoder(257)),
        ("PopulationEncoder.Trees", o => o.Encoder = new PopulationEncoder { Trees = -1 }),
        ("PopulationEncoder.Trees", o => o.Encoder = new PopulationEncoder { Trees = 1_025 }),
        ("ValidationFraction", o => o.ValidationFraction = -0.1),
        ("ValidationFraction", o => o.ValidationFraction = 1),
        ("ValidationFraction", o => o.ValidationFraction = double.NaN),
        ("MemoryBudget", o => o.MemoryBudget = 0),
    ];

    [TestMethod]
    public void Validate_Defaults_AreValid() => new SpikingClifTrainer.Options().Validate();

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void SpikingClif_OneValueOutOfRange_NamesIt(string option, Action<SpikingClifTrainer.Options> change)
    {
        var options = new SpikingClifTrainer.Options();
        change(options);

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => new MLContext().MulticlassClassification.Trainers.SpikingClif(options));

        Assert.Contains(option, exception.Message);
        Assert.Contains("have a fault", exception.Message);
    }

    [TestMethod]
    public void SpikingClif_SeveralValuesOutOfRange_ListsAll()
    {
        var options = new SpikingClifTrainer.Options
        {
            TimeSteps = 0,
            Epochs = -1,
            LearningRate = -2,
            Dropout = 3,
            Neuron = new ClifNeuron { Threshold = 0, MembraneTimeConstant = 0.5 },
            ScoreColumnName = "",
        };

        string message = Assert.ThrowsExactly<ArgumentException>(options.Validate).Message;

        Assert.Contains("have 7 faults", message);
        foreach (string part in new[]
        {
            "(1) ", "(7) ", "TimeSteps is 0", "Epochs is -1", "LearningRate is -2", "Dropout is 3", "Threshold is 0",
            "MembraneTimeConstant is 0.5", "ScoreColumnName is empty",
        })
        {
            Assert.Contains(part, message);
        }
    }

    [TestMethod]
    public void Validate_CultureWithCommas_SpeaksAsEverywhere()
    {
        var options = new SpikingClifTrainer.Options
        {
            LearningRate = -0.5,
            Dropout = 1.5,
            LossLambda = 1.5,
            WarmupEpochs = -0.5,
            GradientClipping = -0.5,
            CheckpointFolder = "a",
            CheckpointEveryMinutes = -0.5,
            ClassWeighting = ClassWeighting.Given,
            ClassWeights = [0.5f, -0.5f],
            InputNormalization = new ChannelNormalization { Means = [1.5], StandardDeviations = [-0.5] },
        };
        CultureInfo culture = CultureInfo.CurrentCulture;
        string invariant = Assert.ThrowsExactly<ArgumentException>(options.Validate).Message;
        string german;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            german = Assert.ThrowsExactly<ArgumentException>(options.Validate).Message;
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.AreEqual(invariant, german);
        Assert.Contains("[0.5, -0.5]", german);
    }

    [TestMethod]
    public void SpikingClif_ShortOverloadOutOfRange_ListsAll()
    {
        string message = Assert.ThrowsExactly<ArgumentException>(() => new MLContext().MulticlassClassification.Trainers
            .SpikingClif(hiddenSizes: [], timeSteps: 0, epochs: 0, batchSize: 0, learningRate: 0)).Message;

        Assert.Contains("have 5 faults", message);
    }

    [TestMethod]
    public void SpikingClif_OptionsChangedAfterwards_HaveNoEffect()
    {
        var ml = new MLContext(1);
        SpikingClifTrainer.Options options = Flowers.Quick();
        float[] weights = [1, 2, 3];
        (options.ClassWeighting, options.ClassWeights) = (ClassWeighting.Given, weights);
        IDataView data = Flowers.Keyed(ml);
        float[] expected = Weights(ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data));

        SpikingClifTrainer trainer = ml.MulticlassClassification.Trainers.SpikingClif(options);
        (options.Epochs, options.Seed, options.TimeSteps, options.FeatureColumnName) = (1, 99, 1, "Nothing");
        weights[0] = 100;

        Assert.AreSequenceEqual(expected, Weights(trainer.Fit(data)));
    }

    [TestMethod]
    public void Copy_ListsChangedAfterwards_KeepsItsOwn()
    {
        float[] weights = [1, 2];
        int[] shape = [3, 4], devices = [0, 1];
        var options = new SpikingClifTrainer.Options
        {
            ClassWeights = weights,
            InputShape = shape,
            CudaDevices = devices,
        };
        Assert.AreSequenceEqual(
            [nameof(options.ClassWeights), nameof(options.CudaDevices), nameof(options.InputShape)],
            typeof(SpikingClifTrainer.Options).GetProperties()
                .Where(option => option.PropertyType.IsGenericType
                    && option.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
                .Select(option => option.Name).Order());

        SpikingClifTrainer.Options copy = options.Copy();
        (weights[0], shape[0], devices[0]) = (9, 9, 9);

        Assert.AreSequenceEqual([1f, 2], copy.ClassWeights!);
        Assert.AreSequenceEqual([3, 4], copy.InputShape!);
        Assert.AreSequenceEqual([0, 1], copy.CudaDevices!);
    }

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private static void Convert(SpikingClifTrainer.Options options, NetworkConversion conversion) =>
        (options.Neuron, options.TimeSteps, options.Conversion) = (new ReluNeuron(), 1, conversion);
}
