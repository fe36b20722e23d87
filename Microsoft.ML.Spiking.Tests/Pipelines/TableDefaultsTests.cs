using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// Defaults of the trainer where the number of epochs is not given: receptive fields, held-out rows, early stopping and
/// calibration; and tables from which there is little to learn.
/// </summary>
[TestClass]
public sealed class TableDefaultsTests
{
    private readonly MLContext _ml = new(1);
    private readonly List<string> _messages = [];

    public TableDefaultsTests() => _ml.Log += (_, e) => _messages.Add(e.RawMessage);

    [TestMethod]
    public void Fit_NoEpochs_HoldsRowsOutAndHasReceptiveFields()
    {
        SpikingPredictionTransformer model = Fit(Rows(600), _ => { });

        Assert.IsInstanceOfType<DirectEncoder>(model.Model.Network.Encoder);
        Assert.AreEqual(2, model.Model.Network.TimeSteps); // as it was set
        Assert.AreSequenceEqual([8, 8, 1], Fields(model, features: 3));
        Assert.AreEqual(0.15, model.Model.Network.Layers.OfType<DropoutLayer>().First().Rate);
        Assert.Contains("60 of the 600 training rows are held out: they choose the epoch and calibrate the scores. " +
            "Set ValidationFraction to 0 to train on all rows.", _messages);
        Assert.ContainsSingle(_messages.Where(message => message.StartsWith("The scores are calibrated by the " +
            "temperature ", StringComparison.Ordinal)));
        Assert.IsGreaterThan(0.95, Accuracy(model, Rows(300, seed: 2)));
    }

    [TestMethod]
    public void Complete_OptionsThatWereSet_StayAsTheyAre()
    {
        var set = new SpikingClifTrainer.Options
        {
            Network = new Mlp(512, 512), // the trainer's own defaults
            BatchSize = 64,
            LearningRate = 0.002,
            TimeSteps = 4,
            InputDropout = 0,
        };

        SpikingClifTrainer.Options kept = TableDefaults.For(1_000, hasLeaves: false).Complete(set);
        SpikingClifTrainer.Options others = TableDefaults.For(1_000, hasLeaves: false).Complete(
            SpikingClifTrainer.Options.Of("Label", "Features", null, null, 4, null, 64, 0.002));

        Assert.AreEqual(new Mlp(512, 512), kept.Network);
        Assert.AreEqual(
            (64, 0.002, 4, 0.0), (kept.BatchSize, kept.LearningRate, kept.TimeSteps, kept.InputDropout!.Value));
        Assert.AreEqual(new Mlp(512), others.Network);
        Assert.AreEqual((128, 0.003, 3, 0.15),
            (others.BatchSize, others.LearningRate, others.TimeSteps, others.InputDropout!.Value));
    }

    [TestMethod]
    public void Fit_NothingSet_HasTheNetworkOfTables()
    {
        SpikingPredictionTransformer model = _ml.MulticlassClassification.Trainers
            .SpikingClif(new SpikingClifTrainer.Options { Device = ComputeDevice.Cpu }).Fit(Rows(90));

        Assert.AreEqual(3, model.Model.Network.TimeSteps);
        Assert.AreSequenceEqual([512, 3],
            model.Model.Network.Layers.OfType<LinearLayer>().Select(layer => layer.Outputs).ToArray());
    }

    [TestMethod]
    [DataRow(300, 60)]
    [DataRow(1_000, 60)]
    [DataRow(2_000, 30)]
    [DataRow(2_001, 30)]
    [DataRow(8_000, 17)]
    public void For_FewRows_GivesTheEpochsThatSeeSixtyThousand(int rows, int epochs)
    {
        TableDefaults few = TableDefaults.For(rows, hasLeaves: false);

        Assert.AreEqual(new(8, 0.15, HasLossOfMean: false, 512, 0.003, epochs, 5), few);
        Assert.AreEqual(few with { Neurons = 256, LearningRate = 0.002 }, TableDefaults.For(rows, hasLeaves: true));
    }

    [TestMethod]
    [DataRow(8_001, 30)]
    [DataRow(20_000, 20)]
    [DataRow(1_000_000, 15)]
    public void For_ManyRows_GivesMoreFieldsAndTheLossOfTheMean(int rows, int epochs)
    {
        TableDefaults many = TableDefaults.For(rows, hasLeaves: false);

        Assert.AreEqual(new(16, 0.1, HasLossOfMean: true, 512, 0.003, epochs, 6), many);
        Assert.AreEqual(many with { Fields = 8, InputDropout = 0.3, Neurons = 256, LearningRate = 0.001 },
            TableDefaults.For(rows, hasLeaves: true));
    }

    [TestMethod]
    public void Complete_ManyRows_TakesTheLossOfTheMeanUnlessALossWasSet()
    {
        TableDefaults many = TableDefaults.For(8_001, hasLeaves: false);
        var loss = new SpikingClifTrainer.Options { LossLambda = 0.05 }; // the trainer's own default
        var target = new SpikingClifTrainer.Options { LossTarget = LossTarget.Constant };
        var none = new SpikingClifTrainer.Options();

        Assert.AreEqual((0.05, false), (many.Complete(loss).LossLambda, many.Complete(loss).LossOfMean));
        Assert.AreEqual((0.05, false), (many.Complete(target).LossLambda, many.Complete(target).LossOfMean));
        Assert.AreEqual((0.01, true), (many.Complete(none).LossLambda, many.Complete(none).LossOfMean));
        Assert.AreEqual(0.05, TableDefaults.For(8_000, hasLeaves: false).Complete(none).LossLambda);
    }

    [TestMethod]
    [DataRow(3, 17, 16)]
    [DataRow(140, 17, 8)] // 140 features of 16 fields would be more than 2,048 values
    [DataRow(3, 3, 8)] // with leaves of trees, which more than 16 classes do not get
    public void Fit_ManyRows_HasMoreFieldsWithoutLeavesAndWhereTheyAreNotTooMany(int features, int classes, int fields)
    {
        int epochs = 0;
        SpikingPredictionTransformer model = Fit(
            Table(8_010, (random, label) =>
                [label + random.NextSingle(), .. Enumerable.Range(1, features - 1).Select(_ => random.NextSingle())],
                classes),
            options =>
            {
                (options.BatchSize, options.EarlyStoppingPatience) = (4_096, 1);
                options.MetricsCallback = metrics => epochs = metrics.Epoch;
            });

        Assert.AreSequenceEqual(Enumerable.Repeat(fields, features).ToArray(), Fields(model, features));
        Assert.AreEqual(classes == 3, model.Model.Network.Layers.OfType<TreeLayer>().Any());
        Assert.AreEqual(classes == 3 ? 0.3 : 0.1, model.Model.Network.Layers.OfType<DropoutLayer>().First().Rate);
        Assert.IsLessThanOrEqualTo(30, epochs);
    }

    [TestMethod]
    public void Fit_InputDropout_IsBehindTheFirstLayerAndChangesTheTraining()
    {
        SpikingPredictionTransformer some = Fit(Rows(90), options => (options.InputDropout, options.Epochs) = (0.5, 2));
        SpikingPredictionTransformer none = Fit(Rows(90), options => (options.InputDropout, options.Epochs) = (0, 2));

        Assert.IsInstanceOfType<AffineLayer>(some.Model.Network.Layers[0]);
        Assert.AreEqual(0.5, ((DropoutLayer)some.Model.Network.Layers[1]).Rate);
        Assert.IsNotInstanceOfType<DropoutLayer>(none.Model.Network.Layers[1]);
        Assert.AreNotEqual(Scores(none)[0], Scores(some)[0]);
    }

    public static IEnumerable<object[]> Methods =>
    [
        ["first spikes", (Action<SpikingClifTrainer.Options>)(options =>
            (options.Neuron, options.TimeSteps, options.Conversion) =
                (new ReluNeuron(), 1, new FirstSpikeConversion()))],
        ["counts", (Action<SpikingClifTrainer.Options>)(options =>
            (options.Neuron, options.TimeSteps, options.Conversion) =
                (new ReluNeuron(), 1, new CountConversion()))],
        ["representations", (Action<SpikingClifTrainer.Options>)(options =>
            (options.Neuron, options.Gradient) =
                (new LifNeuron { ResetPotential = null }, new SpikeRepresentationGradient()))],
    ];

    [TestMethod]
    [DynamicData(nameof(Methods))]
    public void Fit_InputDropoutWithOtherMethods_Learns(string _, Action<SpikingClifTrainer.Options> choose)
    {
        SpikingPredictionTransformer model = Fit(Rows(320), options =>
        {
            options.InputDropout = 0.3;
            choose(options);
        });

        Assert.AreSequenceEqual([8, 8, 1], Fields(model, features: 3));
        Assert.IsGreaterThan(0.9, Accuracy(model, Rows(300, seed: 2)));
    }

    [TestMethod]
    public void Fit_SameSeed_SameScores()
    {
        float[] one = Scores(Fit(Rows(400), _ => { })), other = Scores(Fit(Rows(400), _ => { }));

        Assert.AreSequenceEqual(one, other);
    }

    [TestMethod]
    public void Fit_Saved_ScoresAlike()
    {
        SpikingPredictionTransformer model = Fit(Rows(400), _ => { });
        using var zip = new MemoryStream();
        _ml.Model.Save(model, Rows(1).Schema, zip);

        ITransformer loaded = _ml.Model.Load(zip, out _);

        Assert.AreSequenceEqual(Scores(model), Scores(loaded));
    }

    [TestMethod]
    public void Fit_EpochsGiven_TakesTheFeaturesAsTheyAreAndAllRows()
    {
        SpikingPredictionTransformer model = Fit(Rows(400), options => options.Epochs = 1);

        Assert.IsInstanceOfType<AffineLayer>(model.Model.Network.Layers[0]);
        Assert.IsEmpty(_messages.Where(message => message.Contains("held out", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Fit_EncoderGiven_IsTheOneThatIsUsed()
    {
        SpikingPredictionTransformer direct = Fit(Rows(300), options => options.Encoder = new DirectEncoder());
        SpikingPredictionTransformer few = Fit(
            Rows(90), options => (options.Encoder, options.Epochs) = (new PopulationEncoder(3), 1));

        Assert.IsInstanceOfType<AffineLayer>(direct.Model.Network.Layers[0]);
        Assert.AreSequenceEqual([3, 3, 1], ((PopulationLayer)few.Model.Network.Layers[0]).Fields.ToArray());
    }

    [TestMethod]
    public void Fit_ValidationFractionOfZero_TrainsOnAllRows()
    {
        Fit(Rows(400), options => options.ValidationFraction = 0);

        Assert.IsEmpty(_messages.Where(message => message.Contains("held out", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Fit_ValidationFractionWithEpochs_MayStopEarly()
    {
        int epochs = 0;

        Fit(Rows(200), options =>
        {
            (options.Epochs, options.ValidationFraction, options.EarlyStoppingPatience) = (200, 0.2, 1);
            options.MetricsCallback = metrics => epochs = metrics.Epoch;
        });

        Assert.IsLessThan(200, epochs);
        Assert.Contains("39 of the 200 training rows are held out: they choose the epoch and calibrate the scores. " +
            "Set ValidationFraction to 0 to train on all rows.", _messages);
    }

    [TestMethod]
    public void Fit_RowsBeyondTheMemoryBudget_SaysThatNoneAreHeldOut()
    {
        Fit(Rows(400), options => (options.MemoryBudget, options.Epochs, options.ValidationFraction) = (1, 2, 0.1));

        Assert.ContainsSingle(_messages.Where(message => message.StartsWith("No rows are held out, because the " +
            "training rows do not fit into the memory budget", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Fit_PopulationOfImages_IsRefused()
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(() => Fit(Rows(10), options =>
            (options.Encoder, options.InputShape) = (new PopulationEncoder(), [1, 1, 3]))).Message;

        Assert.AreEqual("A PopulationEncoder takes vectors, and the rows have the shape [1, 1, 3]; use the " +
            "DirectEncoder.", message);
    }

    [TestMethod]
    public void Fit_ConstantAndEqualColumns_AreLearnedAround()
    {
        SpikingPredictionTransformer model = Fit(
            Table(400, (random, label) => [7, label + random.NextSingle(), 7, label + random.NextSingle(), 0]),
            _ => { });

        Assert.AreSequenceEqual([1, 8, 1, 8, 1], Fields(model, features: 5));
        Assert.IsTrue(Scores(model, 5).All(float.IsFinite));
    }

    [TestMethod]
    public void Fit_AllColumnsConstant_Warns()
    {
        Fit(Table(400, (_, _) => [7, 7]), _ => { });

        Assert.ContainsSingle(_messages.Where(message => message.StartsWith("All training rows have the same " +
            "features, so no network can tell their classes apart.", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Fit_ColumnThatIsMissingEverywhere_IsRefusedWithTheReason()
    {
        string message = Assert.ThrowsExactly<InvalidOperationException>(
            () => Fit(Table(400, (_, label) => [label, float.NaN]), _ => { })).Message;

        Assert.Contains("No training rows are left: 400", message);
        Assert.Contains("missing", message);
    }

    [TestMethod]
    public void Fit_HugeValues_AreNamedAndLearnedAround()
    {
        SpikingPredictionTransformer model = Fit(
            Table(400, (random, label) => [label + (0.3f * random.NextSingle()), random.Next(50) == 0 ? 1e30f : 1]),
            _ => { });

        Assert.ContainsSingle(_messages.Where(message => message.Contains("of 400 rows of the training data have a " +
            "value beyond 1e+18 in column 'Features', the first in slot 1.", StringComparison.Ordinal)));
        Assert.IsTrue(Scores(model, 2).All(float.IsFinite));
    }

    [TestMethod]
    public void Fit_OneRowOfEachClass_SaysThatNoneAreHeldOut()
    {
        Fit(Table(400, (random, label) => [label, random.NextSingle()], classes: 400), _ => { });

        Assert.Contains("ValidationFraction is 0.1, but of the 400 rows that holds out none, or leaves none to train " +
            "on: no rows are held out.", _messages);
    }

    [TestMethod]
    public void Fit_AThousandClasses_ScoresEach()
    {
        SpikingPredictionTransformer model = Fit(
            Table(2_000, (random, label) => [label, random.NextSingle()], classes: 1_000),
            options => options.Epochs = 1);

        Assert.HasCount(1_000, Scores(model, 2));
    }

    private SpikingPredictionTransformer Fit(IDataView data, Action<SpikingClifTrainer.Options> change)
    {
        var options = new SpikingClifTrainer.Options
        {
            Network = new Mlp(16),
            TimeSteps = 2,
            LearningRate = 0.01,
            Seed = 3,
            Device = ComputeDevice.Cpu,
            NumberOfThreads = 1,
        };
        change(options);
        return _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data);
    }

    private IDataView Rows(int count, int seed = 1) => Table(count,
        (random, label) => [label + (0.8f * random.NextSingle()), random.NextSingle(), random.Next(2)], seed: seed);

    private IDataView Table(int count, Func<Random, int, float[]> features, int classes = 3, int seed = 1)
    {
        var random = new Random(seed);
        Row[] rows =
        [
            .. Enumerable.Range(0, count).Select(i =>
                new Row { Features = features(random, i % classes), Label = (uint)(i % classes) }),
        ];
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), classes);
        return _ml.Data.LoadFromEnumerable(rows, schema);
    }

    // Without those of leaves, which come behind them.
    private static int[] Fields(SpikingPredictionTransformer model, int features) =>
        [.. model.Model.Network.Layers.OfType<PopulationLayer>().Single().Fields.Take(features)];

    private double Accuracy(SpikingPredictionTransformer model, IDataView data) =>
        _ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy;

    private float[] Scores(ITransformer model) =>
        [.. model.Transform(Rows(20, seed: 3)).GetColumn<float[]>("Score").SelectMany(row => row)];

    private float[] Scores(SpikingPredictionTransformer model, int features)
    {
        IDataView row =
            Table(1, (random, _) => [.. Enumerable.Range(0, features).Select(_ => random.NextSingle())]);
        return model.Transform(row).GetColumn<float[]>("Score").Single();
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public uint Label { get; set; }
    }
}
