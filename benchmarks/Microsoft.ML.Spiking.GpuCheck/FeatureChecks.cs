using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>
/// Small trainings through ML.NET with what users may set, on the device and on the processor. Their models score alike
/// as long as no spike flips; where some do, most rows still get the same class.
/// </summary>
internal static class FeatureChecks
{
    private const int Classes = 3;
    private const int Side = 8;
    private const int Rows = 240;
    private const double LeastAgreement = 0.93;

    private static readonly NetworkTemplate Pooled = new NetworkBuilder()
        .Convolution(8, 3, padding: 1).BatchNorm().Neuron().MaxPool(2)
        .Convolution(12, 3, padding: 1).BatchNorm().Neuron().AdaptiveAveragePool(2).Flatten().Dropout(0.1).Build();

    private static readonly NetworkTemplate Residual = new NetworkBuilder()
        .Convolution(8, 3, padding: 1).BatchNorm().Neuron()
        .Residual(main => main.Convolution(8, 3, padding: 1).BatchNorm().Neuron().Convolution(12, 3, padding: 1),
            shortcut => shortcut.Convolution(12, 1))
        .BatchNorm().Neuron().AveragePool(2).Flatten().Build();

    private static readonly NetworkTemplate Represented = new NetworkBuilder()
        .Convolution(8, 3, padding: 1).BatchNorm().Neuron().MaxPool(2)
        .Convolution(12, 3, padding: 1).BatchNorm().Neuron().AveragePool(2).Flatten().Build();

    /// <summary>The trainings: a name, and the changes to the options.</summary>
    private static readonly (string Name, Action<MLContext, IDataView, SpikingClifTrainer.Options> Change)[] All =
    [
        ("defaults of a table", (_, _, _) => { }),
        ("IF neurons, spikes by a Poisson process", (_, _, options) =>
        {
            options.Network = new Mlp(32);
            options.Neuron = new IfNeuron();
            options.Encoder = new PoissonEncoder();
        }),
        ("latency encoder, dropout", (_, _, options) =>
        {
            options.Network = new Mlp(32);
            options.Encoder = new LatencyEncoder();
            options.Dropout = 0.2;
        }),
        ("recurrent neurons", (_, _, options) => options.Network = new RecurrentMlp(24)),
        ("gated recurrent layer", (_, _, options) => options.Network = new SpikingRecurrent(16)),
        ("feedback layer", (_, _, options) => options.Network = new FeedbackMlp(24)),
        ("bursts", (_, _, options) => Small(options, new BurstNeuron())),
        ("first spikes by conversion", (_, _, options) =>
        {
            Small(options, new ReluNeuron());
            options.Conversion = new FirstSpikeConversion();
        }),
        ("counts by conversion", (_, _, options) =>
        {
            Small(options, new ReluNeuron());
            options.Conversion = new CountConversion();
        }),
        ("gradient by spike representation", (_, _, options) =>
        {
            Small(options, new LifNeuron());
            options.Gradient = new SpikeRepresentationGradient();
        }),
        ("gradient by spike representation, TF32", (_, _, options) =>
        {
            Images(options, Represented);
            options.Neuron = new LifNeuron { InitialPotential = 0.5 };
            options.Gradient = new SpikeRepresentationGradient { LearnThreshold = true };
            options.Precision = TrainingPrecision.TensorFloat32;
        }),
        ("gradient by spike representation, bfloat16", (_, _, options) =>
        {
            Images(options, Represented);
            options.Neuron = new LifNeuron { InitialPotential = 0.5 };
            options.Gradient = new SpikeRepresentationGradient { LearnThreshold = true };
            options.Precision = TrainingPrecision.BFloat16;
        }),
        ("gradient of one step back", (_, _, options) =>
        {
            Small(options, new ClifNeuron());
            options.GradientHorizon = 1;
        }),
        ("70 time steps", (_, _, options) =>
        {
            Small(options, new ClifNeuron());
            options.TimeSteps = 70;
        }),
        ("accumulation, smoothing, class weights, penalty", (_, _, options) =>
        {
            Small(options, new PlifNeuron());
            options.GradientAccumulation = 2;
            options.LabelSmoothing = 0.1;
            options.ClassWeighting = ClassWeighting.Given;
            options.ClassWeights = [1, 2, 1];
            options.SpikePenalty = 0.0005;
        }),
        ("early stopping on held-out rows", (_, _, options) =>
        {
            Small(options, new KlifNeuron());
            options.ValidationFraction = 0.2;
            options.EarlyStoppingPatience = 2;
        }),
        ("maximum and adaptive pooling", (_, _, options) => Images(options, Pooled)),
        ("statistics across time", (_, _, options) =>
        {
            Images(options, Pooled);
            options.BatchNorm = BatchNormMode.AcrossTime;
        }),
        ("residual layer", (_, _, options) => Images(options, Residual)),
        ("residual layer, activation checkpointing", (_, _, options) =>
        {
            Images(options, Residual);
            options.ActivationCheckpointing = true;
        }),
        ("augmentation", (_, _, options) =>
        {
            Images(options, new ConvNet(8, 16));
            options.Augmentation = new ImageAugmentation { CropPadding = 1, HorizontalFlip = true, MixupAlpha = 0.2 };
        }),
        ("TF32", (_, _, options) =>
        {
            Images(options, new ConvNet(8, 16));
            options.Precision = TrainingPrecision.TensorFloat32;
        }),
        ("bfloat16", (_, _, options) =>
        {
            Images(options, Residual);
            options.Precision = TrainingPrecision.BFloat16;
        }),
        ("a teacher", (ml, rows, options) => Taught(ml, rows, options, featureWeight: 0)),
        ("a teacher's features, bfloat16", (ml, rows, options) =>
        {
            Taught(ml, rows, options, featureWeight: 0.5);
            options.Precision = TrainingPrecision.BFloat16;
        }),
    ];

    /// <summary>Runs them, several at a time.</summary>
    public static void Run(Checks checks, ComputeDevice device) => Parallel.ForEach(
        All, new ParallelOptions { MaxDegreeOfParallelism = 6 },
        feature => checks.Run($"training with {feature.Name}", () =>
        {
            var ml = new MLContext(1);
            IDataView rows = ml.Data.LoadFromEnumerable(Samples());
            rows = ml.Transforms.Conversion.MapValueToKey(nameof(Sample.Label)).Fit(rows).Transform(rows);
            SpikingPredictionTransformer Train(ComputeDevice where)
            {
                SpikingClifTrainer.Options options = Options(where);
                feature.Change(ml, rows, options);
                return ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(rows);
            }
            Prediction[] own = Scores(ml, Train(device), rows), other = Scores(ml, Train(ComputeDevice.Cpu), rows);
            double agreement = own.Zip(other).Average(pair =>
                pair.First.PredictedLabel == pair.Second.PredictedLabel ? 1.0 : 0);
            double difference = own.Zip(other).Average(pair =>
                pair.First.Score.Zip(pair.Second.Score).Average(scores => Math.Abs(scores.First - scores.Second)));
            string text = Invariant($"{agreement:P1} of rows get the same class, scores differ by {difference:0.0e+0}");
            return agreement >= LeastAgreement ? text : throw new InvalidOperationException(text);
        }));

    private static SpikingClifTrainer.Options Options(ComputeDevice device) => new()
    {
        LabelColumnName = nameof(Sample.Label),
        FeatureColumnName = nameof(Sample.Features),
        Epochs = 8,
        BatchSize = 48,
        Seed = 1,
        Device = device,
        NumberOfThreads = 1,
    };

    private static void Small(SpikingClifTrainer.Options options, NeuronDefinition neuron)
    {
        options.Network = new Mlp(32);
        options.Neuron = neuron;
        options.TimeSteps = neuron is ReluNeuron ? 1 : 4;
    }

    private static void Taught(
        MLContext ml, IDataView rows, SpikingClifTrainer.Options options, double featureWeight)
    {
        Small(options, new ClifNeuron());
        SpikingClifTrainer.Options teaching = Options(ComputeDevice.Cpu);
        Small(teaching, new ReluNeuron());
        options.Teacher = new(ml.MulticlassClassification.Trainers.SpikingClif(teaching).Fit(rows).Model)
        {
            LogitWeight = 0.5,
            FeatureWeight = featureWeight,
        };
    }

    private static void Images(SpikingClifTrainer.Options options, NetworkTemplate network)
    {
        options.Network = network;
        options.InputShape = [1, Side, Side];
        options.TimeSteps = 4;
    }

    private static Prediction[] Scores(MLContext ml, SpikingPredictionTransformer model, IDataView rows) =>
        [.. ml.Data.CreateEnumerable<Prediction>(model.Transform(rows), reuseRowObject: false)];

    // Bright spots whose place tells the class, under noise.
    private static IEnumerable<Sample> Samples()
    {
        var random = new Random(3);
        for (int row = 0; row < Rows; row++)
        {
            float[] pixels = [.. Enumerable.Range(0, Side * Side).Select(_ => 0.5f * random.NextSingle())];
            int label = row % Classes;
            int corner = (label * 2 * Side) + label + random.Next(2);
            foreach (int place in (int[])[0, 1, Side, Side + 1])
            {
                pixels[corner + place] += 0.6f;
            }
            yield return new() { Label = (byte)label, Features = pixels };
        }
    }

    private sealed class Sample
    {
        public byte Label { get; set; }

        [VectorType(Side * Side)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Prediction
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }
}
