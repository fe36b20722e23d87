using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Conversion;

[TestClass]
public sealed class CountConversionTests
{
    private readonly MLContext _ml = new(1);

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Fit_ManySpikes_GivesTheScoresOfRectifiers()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer rectifiers = Flowers.Fit(_ml, data, Rectifiers);

        using SpikingPredictionTransformer converted = Fit(data,
            new CountConversion { TimeSteps = 50, MaximumSpikesPerStep = 1_000, ThresholdPercentile = 100 });

        Assert.AreEqual(50, converted.Model.Network.TimeSteps);
        float[] expected = Scores(rectifiers, data), actual = Scores(converted, data);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-3f);
        }
    }

    [TestMethod]
    public void Fit_TwoLayersTuned_LoadedModelSpikesInWholeBurstsAndScoresAlike()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer trained = Fit(data,
            new CountConversion { TimeSteps = 2, MaximumSpikesPerStep = 2, FineTuneEpochs = 3 },
            options => options.Network = new Mlp(16, 8));
        using var zip = new MemoryStream();
        _ml.Model.Save(trained, data.Schema, zip);
        zip.Position = 0;
        var other = new MLContext();

        ITransformer loaded = other.Model.Load(zip, out _);

        Assert.AreSequenceEqual(Neurons(trained), Neurons((SpikingPredictionTransformer)loaded));
        Assert.IsTrue(Neurons(trained).All(neuron => neuron is BurstNeuron { MaximumSpikes: 2 }));
        Assert.AreSequenceEqual(Scores(trained, data), Scores(loaded, data));
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(loaded.Transform(data)).MicroAccuracy);
        FiringRateReport rates = other.Model.FiringRates(loaded, data);
        Assert.IsTrue(rates.MeanRate > 0 && rates.Layers.All(layer => layer.NeuronRates.All(rate => rate <= 2)));
    }

    /// <summary>The layers before the one converted last but one keep their weights; those behind it learn.</summary>
    [TestMethod]
    public void Fit_TunedLayerByLayer_ChangesWhatIsNotFrozen()
    {
        IDataView data = Flowers.Keyed(_ml);
        void Deep(SpikingClifTrainer.Options options) => options.Network = new Mlp(12, 8);
        using SpikingPredictionTransformer plain = Fit(data, new CountConversion { MaximumSpikesPerStep = 2 }, Deep);
        List<int> epochs = [];

        using SpikingPredictionTransformer tuned = Fit(data,
            new CountConversion { MaximumSpikesPerStep = 2, FineTuneEpochs = 2 }, options =>
            {
                Deep(options);
                options.MetricsCallback = metrics => epochs.Add(metrics.Epochs);
            });

        Assert.AreSequenceEqual([.. Enumerable.Repeat(8, 8), 2, 2, 2, 2], epochs);
        foreach (WeightArray array in plain.Model.Weights.Where(array => array.Name.EndsWith(".weight",
            StringComparison.Ordinal)))
        {
            Assert.IsFalse(array.Values.Span.SequenceEqual(tuned.Model.Weights[array.Name].Values.Span), array.Name);
        }
    }

    [TestMethod]
    public void Fit_TuningInterrupted_GoesOnAsIfItHadNotBeen()
    {
        IDataView data = Flowers.Keyed(_ml);
        var conversion = new CountConversion { MaximumSpikesPerStep = 2, FineTuneEpochs = 3 };
        static void Deep(SpikingClifTrainer.Options options) => options.Network = new Mlp(12, 8);
        using SpikingPredictionTransformer whole = Fit(data, conversion, Deep);
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        int tunings = 0, epochs = 0;
        Assert.Throws<OperationCanceledException>(() => Fit(data, conversion, options =>
        {
            Deep(options);
            (options.CheckpointFolder, options.CancellationToken) = (folder.Path, source.Token);
            options.ProgressCallback = progress =>
            {
                // In the second layer's second epoch.
                if (progress is { Epoch: 2, Epochs: 3, Rows: 32 } && ++tunings == 2)
                {
                    source.Cancel();
                }
            };
        }));

        using SpikingPredictionTransformer resumed = Fit(data, conversion, options =>
        {
            Deep(options);
            options.CheckpointFolder = folder.Path;
            options.MetricsCallback = _ => epochs++;
        });

        Assert.AreEqual(2, epochs);
        Assert.AreSequenceEqual(Neurons(whole), Neurons(resumed));
        Assert.AreSequenceEqual(Weights(whole), Weights(resumed));
    }

    [TestMethod]
    public void Fit_NormalizedImages_FoldsTheNormalizations()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer converted = Fit(data,
            new CountConversion { TimeSteps = 4, FineTuneEpochs = 1 }, options =>
            {
                options.InputShape = [1, 2, 2];
                options.Network = new NetworkBuilder().Convolution(6, kernel: 3, padding: 1).BatchNorm().Neuron()
                    .Residual(main => main.Convolution(6, kernel: 1).BatchNorm().Neuron(),
                        shortcut => shortcut.BatchNorm())
                    .Flatten().Build();
            });

        Assert.IsEmpty(converted.Model.Network.AllLayers.OfType<BatchNormLayer>());
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(converted.Transform(data)).MicroAccuracy);
    }

    [TestMethod]
    public void Fit_RowsWithTimeSteps_SaysWhatToDo()
    {
        IDataView data = Flowers.Keyed(_ml);
        Assert.Contains("a CountConversion is of networks without time", Assert.Throws<NetworkDefinitionException>(
            () => Fit(data, new CountConversion(), options => options.InputShape = [2, 2])).Message);
    }

    [TestMethod]
    public void FiringRates_PotentialsOfBursts_SaysWhatIsTraced()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer model = Fit(data, new CountConversion());
        string layer = model.Model.Network.AllLayers.OfType<NeuronLayer>().Single().Name;
        Assert.Contains("potentials are traced of neurons with one spike", Assert.Throws<ArgumentException>(
            () => _ml.Model.FiringRates(model, data,
                new() { RasterRows = [0], TracedNeurons = [new(layer, 0)] })).Message);
    }

    private static void Rectifiers(SpikingClifTrainer.Options options) =>
        (options.Neuron, options.TimeSteps) = (new ReluNeuron(), 1);

    private SpikingPredictionTransformer Fit(IDataView data, NetworkConversion conversion,
        Action<SpikingClifTrainer.Options>? change = null) => Flowers.Fit(_ml, data, options =>
        {
            Rectifiers(options);
            options.Conversion = conversion;
            change?.Invoke(options);
        });

    private static NeuronDefinition[] Neurons(SpikingPredictionTransformer model) =>
        [.. model.Model.Network.AllLayers.OfType<NeuronLayer>().Select(layer => layer.Neuron)];

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private static float[] Scores(ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];
}
