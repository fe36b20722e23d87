using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Executors.Graded;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Conversion;

[TestClass]
public sealed class FirstSpikeConversionTests
{
    private readonly MLContext _ml = new(1);

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Fit_NoClockAndWideWindows_GivesTheScoresOfRectifiers()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer rectifiers = Flowers.Fit(_ml, data, Rectifiers);

        using SpikingPredictionTransformer converted =
            Fit(data, new FirstSpikeConversion { WindowPercentile = 100 });

        Assert.AreSequenceEqual(Scores(rectifiers, data), Scores(converted, data));
        Assert.IsInstanceOfType<FirstSpikeNeuron>(Neuron(converted));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Fit_PoolingResidualAndBatchNorm_GivesTheScoresOfRectifiers(bool isMaxPool)
    {
        void Images(SpikingClifTrainer.Options options)
        {
            Rectifiers(options);
            NetworkBuilder builder =
                new NetworkBuilder().Convolution(6, kernel: 3, padding: 1).BatchNorm().Neuron();
            options.InputShape = [1, 2, 2];
            options.Network = (isMaxPool ? builder.MaxPool(2) : builder.AveragePool(2))
                .Residual(main => main.Convolution(6, kernel: 1).BatchNorm().Neuron(),
                    shortcut => shortcut.BatchNorm())
                .Flatten().Linear(8).Neuron().Build();
        }
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer rectifiers = Flowers.Fit(_ml, data, Images);

        using SpikingPredictionTransformer converted =
            Fit(data, new FirstSpikeConversion { WindowPercentile = 100 }, Images);

        Assert.HasCount(3, converted.Model.Network.AllLayers.OfType<NeuronLayer>()
            .Where(layer => layer.Neuron is FirstSpikeNeuron));
        Assert.AreSequenceEqual(Scores(rectifiers, data), Scores(converted, data));
    }

    [TestMethod]
    public void FiringRates_FirstSpikes_NamesTheReportOfTheirTimes()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer model = Fit(data, new FirstSpikeConversion());

        string message = Assert.Throws<InvalidOperationException>(() => _ml.Model.FiringRates(model, data)).Message;

        Assert.Contains("FirstSpikeNeuron, which spikes at most once: firing rates do not describe it. Use " +
            "SpikeTimes for when its neurons spike.", message);
    }

    [TestMethod]
    public void SpikeTimes_LoadedModel_LieInTheWindowAndAreThoseBeforeSaving()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer trained =
            Fit(data, new FirstSpikeConversion { ClockBits = 4, FineTuneEpochs = 2 });
        using var zip = new MemoryStream();
        _ml.Model.Save(trained, data.Schema, zip);
        zip.Position = 0;
        var other = new MLContext();

        ITransformer loaded = other.Model.Load(zip, out _);
        SpikeTimesReport report = other.Model.SpikeTimes(loaded, data, maximumRows: 20);

        Assert.AreEqual(Neuron(trained), Neuron((SpikingPredictionTransformer)loaded));
        Assert.AreSequenceEqual(Scores(trained, data), Scores(loaded, data));
        Assert.AreEqual(_ml.Model.SpikeTimes(trained, data, maximumRows: 20).ToCsv(), report.ToCsv());
        Assert.HasCount(20, report.Rows);
        SpikeWindow window = report.Layers.Single();
        Assert.AreEqual((1.0, 16), (window.Start, window.Neurons));
        double[] times = [.. report.Rows.SelectMany(row => row.Times[0]).Where(time => !double.IsNaN(time))];
        Assert.IsNotEmpty(times);
        double tick = (window.End - window.Start) / 16;
        foreach (double time in times)
        {
            Assert.IsTrue(time >= window.Start - 1e-6 && time < window.End, report.ToString());
            double ticks = (window.End - time) / tick;
            Assert.AreEqual(Math.Round(ticks), ticks, 1e-4);
        }
        Assert.AreEqual(times.Length / (20.0 * 16), report.SpikesPerNeuron, 1e-12);
    }

    [TestMethod]
    public void SpikeTimes_OtherNeurons_SaysWhatToDo()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        Assert.Contains("train with a FirstSpikeConversion",
            Assert.Throws<InvalidOperationException>(() => _ml.Model.SpikeTimes(model, data)).Message);
    }

    [TestMethod]
    public void Fit_FineTuningInterrupted_GoesOnAsIfItHadNotBeen()
    {
        IDataView data = Flowers.Keyed(_ml);
        var conversion = new FirstSpikeConversion { ClockBits = 3, WindowPercentile = 99, FineTuneEpochs = 3 };
        using SpikingPredictionTransformer whole = Fit(data, conversion);
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        int epochs = 0;
        Assert.Throws<OperationCanceledException>(() => Fit(data, conversion, options =>
        {
            (options.CheckpointFolder, options.CancellationToken) = (folder.Path, source.Token);
            options.ProgressCallback = progress =>
            {
                if (progress is { Epoch: 2, Epochs: 3, Rows: 32 })
                {
                    source.Cancel();
                }
            };
        }));

        using SpikingPredictionTransformer resumed = Fit(data, conversion, options =>
        {
            options.CheckpointFolder = folder.Path;
            options.MetricsCallback = _ => epochs++;
        });

        Assert.AreEqual(2, epochs);
        Assert.AreEqual(Neuron(whole), Neuron(resumed));
        Assert.AreSequenceEqual(Weights(whole), Weights(resumed));
    }

    [TestMethod]
    public void Fit_SpikePenalty_MakesSpikesRarer()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer without = Fit(data, new FirstSpikeConversion());
        using SpikingPredictionTransformer with =
            Fit(data, new FirstSpikeConversion(), options => options.SpikePenalty = 0.05);

        double before = _ml.Model.SpikeTimes(without, data).SpikesPerNeuron;
        Assert.IsLessThan(0.8 * before, _ml.Model.SpikeTimes(with, data).SpikesPerNeuron);
    }

    [TestMethod]
    public void Fit_RowsWithTimeSteps_SaysWhatToDo()
    {
        IDataView data = Flowers.Keyed(_ml);
        Assert.Contains("without time", Assert.Throws<NetworkDefinitionException>(
            () => Fit(data, new FirstSpikeConversion(), options => options.InputShape = [2, 2])).Message);
    }

    [TestMethod]
    public void Fit_ModelThatIsConverted_SaysWhatToDo()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer model = Fit(data, new FirstSpikeConversion());
        SpikingClifTrainer.Options options = Flowers.Quick();
        Rectifiers(options);
        options.Conversion = new FirstSpikeConversion();
        Assert.Contains("starts from a network of ReluNeuron alone", Assert.Throws<NetworkDefinitionException>(
            () => _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data, model)).Message);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(1)]
    [DataRow(5)]
    public unsafe void Executor_AnyClock_GivesWhatTrainingGives(int? bits)
    {
        var neuron = new FirstSpikeNeuron { Window = 1.7, ClockBits = bits };
        var random = new Random(3);
        float[] current = [.. Enumerable.Range(0, 1_003).Select(_ => (float)((random.NextDouble() * 4) - 1.5))];
        float[] output = new float[current.Length];
        fixed (float* from = current, to = output)
        {
            new FirstSpikeExecutor(neuron, timeSteps: 1, current.Length, constantCurrent: false).Run(from, to, null);
        }
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor values = new TorchFirstSpike(neuron).Forward(new(tensor(current), 1, IsConstant: false), []).Values;
        Assert.AreSequenceEqual(values.contiguous().data<float>().ToArray(), output);
        Assert.IsTrue(output.All(value => value is >= 0 and <= 1.7f));
    }

    [TestMethod]
    public void Quantile_KnownValues_IsWithinABin()
    {
        var histogram = new ActivationHistogram();
        histogram.Add([.. Enumerable.Range(-50, 1_051).Select(i => i / 100f)]);
        Assert.AreEqual(10f, histogram.Largest);
        Assert.AreEqual(10f, histogram.Quantile(1));
        Assert.IsInRange(5, 5 * (1 + (1 / 1024f)), histogram.Quantile(0.5));
        Assert.IsInRange(9.99f, 10, histogram.Quantile(0.999));
        Assert.AreEqual(0f, new ActivationHistogram().Quantile(0.5));
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

    private static NeuronDefinition Neuron(SpikingPredictionTransformer model) =>
        model.Model.Network.Layers.OfType<NeuronLayer>().Single().Neuron;

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private static float[] Scores(ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];
}
