using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>Recurrent networks, from the options to streams of a model that another context has loaded.</summary>
[TestClass]
public sealed class RecurrenceTests
{
    private const int Steps = 7;

    private readonly MLContext _ml = new(1);

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Templates =>
    [
        [new SpikingRecurrent(10, 6), new ClifNeuron()],
        [new SpikingRecurrent(9) { OutputBits = 4, Threshold = 1 }, new ClifNeuron()],
        [new RecurrentMlp(12), new ClifNeuron()],
        [new RecurrentMlp(10, 5), new LifNeuron { ResetPotential = 0 }],
        [new RecurrentMlp(10), new PlifNeuron()],
        [new NetworkBuilder().GatedRecurrent(8, hasRecurrentWeights: false).Recurrent(new IfNeuron()).Build(),
            new ClifNeuron()],
    ];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DynamicData(nameof(Templates))]
    public void Fit_EachTemplate_LoadedModelScoresAlikeRowByRowAndAsAStream(object template, object neuron)
    {
        List<Series> rows = Rows();
        IDataView data = Keyed(rows);
        using SpikingPredictionTransformer trained = Fit(data, (NetworkTemplate)template, (NeuronDefinition)neuron);
        using var zip = new MemoryStream();
        _ml.Model.Save(trained, data.Schema, zip);
        SpikingModelFile.Check(zip, cancellationToken: TestContext.CancellationToken);
        zip.Position = 0;

        var loaded = (SpikingPredictionTransformer)new MLContext().Model.Load(zip, out _);

        float[][] scores = Scores(loaded, data);
        Assert.AreSequenceEqual(Scores(trained, data).SelectMany(row => row), scores.SelectMany(row => row));
        Assert.IsGreaterThan(1, scores.Select(row => row[0]).Distinct().Count());
        SpikingStream stream = loaded.Model.CreateStream();
        foreach ((Series row, float[] expected) in rows.Zip(scores))
        {
            for (int t = 0; t < Steps; t++)
            {
                stream.Push(row.Features.AsSpan(2 * t, 2));
            }
            Assert.AreSequenceEqual(expected, stream.Scores.ToArray());
        }
        trained.Model.ChangeScoringBackend(ScoringBackend.Torch, ComputeDevice.Cpu);
        int differ = Scores(trained, data).Zip(scores)
            .Count(pair => pair.First.Zip(pair.Second).Any(score => Math.Abs(score.First - score.Second) > 1e-4));
        Assert.IsLessThanOrEqualTo(2, differ); // values at the edge of a level or a threshold
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Fit_InterruptedAndResumed_GivesTheSameWeights(bool isGated)
    {
        IDataView data = Keyed(Rows());
        NetworkTemplate template = isGated ? new SpikingRecurrent(8) : new RecurrentMlp(8);
        using SpikingPredictionTransformer whole = Fit(data, template, new ClifNeuron());
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Fit(data, template, new ClifNeuron(), options =>
        {
            (options.CheckpointFolder, options.CancellationToken) = (folder.Path, source.Token);
            options.ProgressCallback = progress =>
            {
                if (progress is { Epoch: 2, Rows: 32 })
                {
                    source.Cancel();
                }
            };
        }));

        using SpikingPredictionTransformer resumed =
            Fit(data, template, new ClifNeuron(), options => options.CheckpointFolder = folder.Path);

        Assert.AreSequenceEqual(Weights(whole), Weights(resumed));
    }

    [TestMethod]
    public void Fit_WhatCameFirst_IsRemembered()
    {
        IDataView data = Keyed(Rows());
        foreach (NetworkTemplate template in new NetworkTemplate[] { new SpikingRecurrent(16), new RecurrentMlp(24) })
        {
            using SpikingPredictionTransformer model =
                Fit(data, template, new LifNeuron(), options => options.Epochs = 25);
            Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
        }
    }

    /// <summary>Without weights between neurons they are a layer of neurons, values and gradients alike.</summary>
    [TestMethod]
    public void Backward_RecurrentWeightsOfZero_GivesTheGradientsOfALayerOfNeurons()
    {
        NetworkDefinition plain = Mlp(layer => new NeuronLayer("n", layer)), recurrent =
            Mlp(layer => new RecurrentLayer("n", 5, layer));
        double[] expected = Gradient(plain), actual = Gradient(recurrent);

        GoldenFiles.AssertClose(expected, actual, 1e-12, "gradient");
        Assert.Contains(value => value != 0, expected);

        static NetworkDefinition Mlp(Func<NeuronDefinition, Layer> neurons) => new([3], 4, new DirectEncoder(),
            [new LinearLayer("fc", 3, 5), neurons(new ClifNeuron { Threshold = 0.4 }), new LinearLayer("out", 5, 2)], 2,
            hasTimeAxis: true);
    }

    [TestMethod]
    public void Reports_OfRecurrentNetworks_NameTheLayer()
    {
        IDataView data = Keyed(Rows());
        using SpikingPredictionTransformer model = Fit(data, new RecurrentMlp(6), new ClifNeuron());
        foreach (Action report in new Action[]
        {
            () => _ml.Model.FiringRates(model, data), () => _ml.Model.Energy(model, data),
            () => _ml.Model.TemporalGradients(model, data), () => _ml.Model.SpikeTimes(model, data),
            () => _ml.Model.ConvertClifToLif(model, data),
        })
        {
            Assert.Contains("layer 'recurrent1' is a RecurrentLayer",
                Assert.Throws<InvalidOperationException>(report).Message);
        }
        Assert.Contains("'recurrent1' is a RecurrentLayer",
            Assert.Throws<NotSupportedException>(() => model.ExportToOnnx(new MemoryStream())).Message);
    }

    [TestMethod]
    public void Fit_OptionsThatALayerExcludes_AreNamed()
    {
        IDataView data = Keyed(Rows());
        foreach ((string option, NetworkTemplate template, Action<SpikingClifTrainer.Options> change) in
            new (string, NetworkTemplate, Action<SpikingClifTrainer.Options>)[]
            {
                ("GradientHorizon", new RecurrentMlp(4), o => o.GradientHorizon = 1),
                ("ActivationCheckpointing", new SpikingRecurrent(4), o => o.ActivationCheckpointing = true),
                ("is of ReluNeuron", new RecurrentMlp(4), o => (o.Neuron, o.TimeSteps) = (new ReluNeuron(), 1)),
            })
        {
            Assert.Contains(option, Assert.Throws<NetworkDefinitionException>(
                () => Fit(data, template, new ClifNeuron(), change)).Message);
        }
        foreach (NetworkTemplate template in new NetworkTemplate[]
        {
            new SpikingRecurrent(4) { OutputBits = 1 }, new SpikingRecurrent(4) { OutputBits = 3, Threshold = 4 },
            new SpikingRecurrent(), new RecurrentMlp(0),
        })
        {
            Assert.IsNotEmpty(template.Faults());
        }
        Assert.Contains("expects a vector of its", Assert.Throws<NetworkDefinitionException>(
            () => new NetworkBuilder().Recurrent().Build().Bind(Bindings.Image(1, 3))).Message);
    }

    private static double[] Gradient(NetworkDefinition definition)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new TorchNetwork(definition, CPU, ScalarType.Float64);
        var random = new Random(4);
        using (no_grad())
        {
            foreach (Tensor parameter in network.Parameters.Trained.Where(tensor => tensor.shape is not [5, 5]))
            {
                parameter.copy_(tensor((double[])[.. Enumerable.Range(0, (int)parameter.numel())
                    .Select(_ => random.NextDouble() - 0.4)], parameter.shape));
            }
        }
        Tensor x = tensor((double[])[.. Enumerable.Range(0, 2 * 4 * 3).Select(i => Math.Sin(i))], [2, 12]);
        network.Forward(x, ForwardPass.Evaluation).pow(2).sum().backward();
        return [.. network.Parameters["fc.weight"].grad!.contiguous().data<double>().ToArray()];
    }

    private IDataView Keyed(List<Series> rows)
    {
        IDataView data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private SpikingPredictionTransformer Fit(IDataView data, NetworkTemplate template, NeuronDefinition neuron,
        Action<SpikingClifTrainer.Options>? change = null)
    {
        SpikingClifTrainer.Options options = Flowers.Quick();
        (options.Network, options.Neuron, options.InputShape, options.Epochs) = (template, neuron, [Steps, 2], 4);
        change?.Invoke(options);
        return _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data);
    }

    private static float[][] Scores(SpikingPredictionTransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score")];

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    // Two pulses; the class is the feature of the first.
    private static List<Series> Rows()
    {
        var random = new Random(1);
        return
        [
            .. Enumerable.Range(0, 96).Select(i =>
            {
                float[] features = [.. Enumerable.Range(0, 2 * Steps).Select(_ => (float)(0.1 * random.NextDouble()))];
                int first = i % 2, early = random.Next(0, 2), late = random.Next(3, 5);
                features[(2 * early) + first] += 2;
                features[(2 * late) + 1 - first] += 2;
                return new Series { Features = features, Label = first == 0 ? "left" : "right" };
            }),
        ];
    }

    private sealed class Series
    {
        [VectorType(2 * Steps)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
