using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// Frames of an event camera, [time steps, polarities, height, width], through a pipeline: a bar lights up in the first
/// frame and goes out in the second, where another one lights up. The class is the direction of the first one, so only
/// the order distinguishes them.
/// </summary>
[TestClass]
public sealed class EventFramesTests
{
    private const int Steps = 2;
    private const int Polarities = 2;
    private const int FewRows = 6;

    private static readonly string[] Directions = ["leaning", "lying", "standing"];

    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Fit_Frames_LearnsTheirOrderAndIsSavedAndScored()
    {
        const int Size = 8;
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Options(options =>
                (options.Epochs, options.Augmentation) = (12, new ImageAugmentation { CropPadding = 1 }))))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        IDataView train = Frames(150, Size, seed: 1), test = Frames(90, Size, seed: 2);
        ITransformer model = pipeline.Fit(train);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, train.Schema, stream);

        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        IDataView scored = loaded.Transform(test);

        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy);
        NetworkDefinition network =
            ((IEnumerable<ITransformer>)loaded).OfType<SpikingPredictionTransformer>().Single().Model.Network;
        Assert.AreEqual((Steps, true), (network.TimeSteps, network.HasTimeAxis)); // the rows', not the options'
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        using PredictionEngine<Row, Answer> engine = _ml.Model.CreatePredictionEngine<Row, Answer>(
            loaded, inputSchemaDefinition: Schema(Size));
        foreach ((Row row, float[] expected) in Rows(90, Size, seed: 2).Zip(scores).Take(9))
        {
            Assert.AreSequenceEqual(expected, engine.Predict(row).Score);
        }
    }

    [TestMethod]
    public void Fit_FlatVectorsOfThatShape_GivesTheSameModel()
    {
        IDataView keyed = Keyed(Frames(30, size: 8));
        FlatRow[] rows = [.. keyed.GetColumn<float[]>("Frames").Zip(keyed.GetColumn<uint>("Label"),
            (frames, label) => new FlatRow { Flat = frames, Label = label - 1 })];

        SpikingPredictionTransformer expected = Fit(keyed, Options());
        SpikingPredictionTransformer found = Fit(_ml.Data.LoadFromEnumerable(rows), Options(
            options => (options.FeatureColumnName, options.InputShape) = ("Flat", [Steps, Polarities, 8, 8])));

        Assert.AreSequenceEqual(Weights(expected), Weights(found));
    }

    [TestMethod]
    public void Fit_VggSnn_TrainsAndScores()
    {
        EpochMetrics[] epochs = TrainAndScore(size: 16, Options(options => options.Network = new VggSnn()));
        Assert.IsLessThan(epochs[0].Loss, epochs[1].Loss);
    }

    [TestMethod]
    public void Fit_RecipeOfDvsCifar10_TrainsAndScores() => TrainAndScore(size: 32, SpikingClifRecipes.DvsCifar10());

    [TestMethod]
    public void Transform_FramesOfAnotherNumber_AreRefused()
    {
        SpikingPredictionTransformer model = Fit(Keyed(Frames(FewRows, size: 8)), Options());
        Row longer = new() { Frames = new float[3 * Polarities * 8 * 8], Label = "lying" };

        string message = Assert.Throws<ArgumentException>(() => model.Transform(
            Keyed(_ml.Data.LoadFromEnumerable([longer], Schema(8, steps: 3))))).Message;

        Assert.Contains("'Frames'", message);
    }

    /// <summary>Takes two steps on all rows: every layer fires, and the weights become a model.</summary>
    private EpochMetrics[] TrainAndScore(int size, SpikingClifTrainer.Options options)
    {
        IDataView data = Keyed(Frames(FewRows, size));
        (options.FeatureColumnName, options.Epochs, options.BatchSize) = ("Frames", 2, FewRows);
        (options.Device, options.NumberOfThreads, options.Seed) = (ComputeDevice.Cpu, 1, 1);
        var epochs = new List<EpochMetrics>();
        options.MetricsCallback = epochs.Add;

        SpikingPredictionTransformer model = Fit(data, options);

        Assert.AreNotEqual(epochs[0].Loss, epochs[1].Loss);
        Assert.IsTrue(epochs[1].FiringRates.All(layer => layer.Value is > 0 and < 1));
        Assert.IsTrue(Weights(model).All(float.IsFinite));
        foreach (float[] scores in model.Transform(data).GetColumn<float[]>("Score"))
        {
            Assert.AreEqual(1.0, scores.Sum(), 1e-5);
        }
        return [.. epochs];
    }

    private static SpikingClifTrainer.Options Options(Action<SpikingClifTrainer.Options>? change = null)
    {
        SpikingClifTrainer.Options options = Flowers.Quick();
        options.FeatureColumnName = "Frames";
        options.TimeSteps = 7;
        options.Dropout = 0;
        options.Epochs = 2;
        options.Network = new NetworkBuilder() // a small VggSnn
            .Convolution(8, 3, padding: 1).BatchNorm().Neuron()
            .Convolution(8, 3, padding: 1).BatchNorm().Neuron().AveragePool(2)
            .Convolution(12, 3, padding: 1).BatchNorm().Neuron()
            .Convolution(12, 3, padding: 1).BatchNorm().Neuron().AveragePool(2)
            .Flatten().Dropout().Build(Polarities, 8, 8);
        change?.Invoke(options);
        return options;
    }

    private SpikingPredictionTransformer Fit(IDataView data, SpikingClifTrainer.Options options) =>
        _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data);

    private IDataView Keyed(IDataView data) =>
        _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

    private IDataView Frames(int count, int size, int seed = 1) =>
        _ml.Data.LoadFromEnumerable(Rows(count, size, seed), Schema(size));

    private static SchemaDefinition Schema(int size, int steps = Steps)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Frames)].ColumnType =
            new VectorDataViewType(NumberDataViewType.Single, steps, Polarities, size, size);
        return schema;
    }

    private static Row[] Rows(int count, int size, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                float[] first = Bar(i % 3, size, random), second = Bar((i + 1) % 3, size, random),
                    dark = new float[size * size];
                return new Row { Frames = [.. first, .. dark, .. second, .. first], Label = Directions[i % 3] };
            }),
        ];
    }

    private static float[] Bar(int direction, int size, Random random)
    {
        float[] image = [.. Enumerable.Range(0, size * size).Select(_ => 0.2f * random.NextSingle())];
        int place = random.Next(size);
        for (int i = 0; i < size; i++)
        {
            (int y, int x) = Directions[direction] switch
            {
                "standing" => (i, place),
                "lying" => (place, i),
                _ => (i, (i + place) % size),
            };
            image[(y * size) + x] += 1;
        }
        return image;
    }

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private sealed class Row
    {
        public float[] Frames { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class FlatRow
    {
        [VectorType(Steps * Polarities * 8 * 8)]
        public float[] Flat { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }

    private sealed class Answer
    {
        public float[] Score { get; set; } = [];
    }
}
