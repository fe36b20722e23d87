using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>Leaves of trees as inputs of a table's network: when there are some, and what they do.</summary>
[TestClass]
public sealed class TreeLeavesTests
{
    private const int Features = 15;

    private readonly MLContext _ml = new(1);
    private readonly List<string> _messages = [];

    public TreeLeavesTests() => _ml.Log += (_, e) => _messages.Add(e.RawMessage);

    public static IEnumerable<object[]> Methods =>
    [
        .. TableDefaultsTests.Methods,
        ["bfloat16", (Action<SpikingClifTrainer.Options>)(options => options.Precision = TrainingPrecision.BFloat16)],
    ];

    [TestMethod]
    public void Fit_CombinationsDecide_HasLeavesBesideTheFields()
    {
        SpikingPredictionTransformer model = Fit(Rows(1_500), _ => { });

        var trees = (TreeLayer)model.Model.Network.Layers[0];
        Assert.AreEqual(Features, trees.Inputs);
        Assert.AreSequenceEqual(
            [.. Enumerable.Repeat(8, Features), .. Enumerable.Repeat(1, trees.Features.Count / trees.Conditions)],
            ((PopulationLayer)model.Model.Network.Layers[1]).Fields.ToArray());
        Assert.ContainsSingle(_messages.Where(message => message.StartsWith(
            "64 trees predict the rows held out with a log loss of 0.", StringComparison.Ordinal)));
        Assert.IsGreaterThan(0.93, Accuracy(model));
    }

    [TestMethod]
    public void Fit_FieldsAlone_KnowLess()
    {
        SpikingPredictionTransformer leaves = Fit(Rows(1_500), _ => { });
        SpikingPredictionTransformer fields =
            Fit(Rows(1_500), options => options.Encoder = new PopulationEncoder(8));

        Assert.IsInstanceOfType<PopulationLayer>(fields.Model.Network.Layers[0]);
        Assert.IsLessThan(LogLoss(fields), LogLoss(leaves));
    }

    [TestMethod]
    public void Fit_ValidationData_DecidesInsteadOfRowsHeldOut()
    {
        SpikingPredictionTransformer model =
            _ml.MulticlassClassification.Trainers.SpikingClif(Options(_ => { })).Fit(Rows(1_500), Rows(400, seed: 2));

        Assert.IsInstanceOfType<TreeLayer>(model.Model.Network.Layers[0]);
    }

    [TestMethod]
    public void Fit_NoRowsToDecideBy_HasNoLeaves()
    {
        SpikingPredictionTransformer model = Fit(Rows(1_500), options => options.ValidationFraction = 0);

        Assert.IsInstanceOfType<PopulationLayer>(model.Model.Network.Layers[0]);
    }

    [TestMethod]
    public void Fit_TreesGiven_AreThoseOfTheNetwork()
    {
        SpikingPredictionTransformer model = Fit(
            Rows(200), options => (options.Encoder, options.Epochs) = (new PopulationEncoder(4) { Trees = 3 }, 1));

        var trees = (TreeLayer)model.Model.Network.Layers[0];
        int leaves = trees.Features.Count / trees.Conditions;
        Assert.IsLessThanOrEqualTo(24, leaves);
        Assert.IsGreaterThan(5, leaves);
        Assert.IsEmpty(_messages.Where(message => message.Contains("trees", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Fit_TreesGivenAndNothingToSplit_Warns()
    {
        SpikingPredictionTransformer model = Fit(
            Rows(30), options => (options.Encoder, options.Epochs) = (new PopulationEncoder(4) { Trees = 3 }, 1));

        Assert.IsInstanceOfType<PopulationLayer>(model.Model.Network.Layers[0]);
        Assert.ContainsSingle(_messages.Where(message => message == "PopulationEncoder.Trees is 3, but no tree finds " +
            "a split that helps and leaves at least 20 rows on each side: the network has no leaves of trees."));
    }

    [TestMethod]
    public void Fit_SavedAndLoaded_ScoresAlikeAndContinues()
    {
        SpikingPredictionTransformer model = Fit(Rows(1_500), _ => { });
        using var zip = new MemoryStream();
        _ml.Model.Save(model, Rows(1).Schema, zip);

        ITransformer loaded = _ml.Model.Load(zip, out _);
        SpikingPredictionTransformer continued = _ml.MulticlassClassification.Trainers
            .SpikingClif(Options(options => options.Epochs = 1)).Fit(Rows(1_000), loaded);

        Assert.AreSequenceEqual(Scores(model), Scores(loaded));
        var trees = (TreeLayer)continued.Model.Network.Layers[0];
        Assert.AreSequenceEqual(
            ((TreeLayer)model.Model.Network.Layers[0]).Features.ToArray(), trees.Features.ToArray());
        Assert.AreNotEqual(Scores(model)[0], Scores(continued)[0]);
    }

    [TestMethod]
    public void Fit_SameSeed_SameScores() => Assert.AreSequenceEqual(
        Scores(Fit(Rows(600), options => options.NumberOfThreads = 1)),
        Scores(Fit(Rows(600), options => options.NumberOfThreads = 2)));

    [TestMethod]
    [DynamicData(nameof(Methods))]
    public void Fit_OtherMethods_LearnWithLeaves(string _, Action<SpikingClifTrainer.Options> choose)
    {
        SpikingPredictionTransformer model = Fit(Rows(800), options =>
        {
            options.Encoder = new PopulationEncoder(4) { Trees = 16 };
            choose(options);
        });

        Assert.IsInstanceOfType<TreeLayer>(model.Model.Network.Layers[0]);
        Assert.IsGreaterThan(0.9, Accuracy(model));
    }

    private SpikingPredictionTransformer Fit(IDataView data, Action<SpikingClifTrainer.Options> change) =>
        _ml.MulticlassClassification.Trainers.SpikingClif(Options(change)).Fit(data);

    private static SpikingClifTrainer.Options Options(Action<SpikingClifTrainer.Options> change)
    {
        var options = new SpikingClifTrainer.Options
        {
            Network = new Mlp(32),
            LearningRate = 0.01,
            Seed = 3,
            Device = ComputeDevice.Cpu,
        };
        change(options);
        return options;
    }

    // One in four rows has the label 1: where three thresholds hold together.
    private IDataView Rows(int count, int seed = 1)
    {
        var random = new Random(seed);
        var rows = new Row[count];
        for (int i = 0; i < count; i++)
        {
            float[] features = [.. Enumerable.Range(0, Features).Select(_ => random.NextSingle())];
            rows[i] = new Row
            {
                Features = features,
                Label = features[0] >= 0.4f && features[1] < 0.6f && features[2] >= 0.3f ? 1u : 0u,
            };
        }
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), 2);
        return _ml.Data.LoadFromEnumerable(rows, schema);
    }

    private double Accuracy(SpikingPredictionTransformer model) => Metrics(model).MicroAccuracy;

    private double LogLoss(SpikingPredictionTransformer model) => Metrics(model).LogLoss;

    private MulticlassClassificationMetrics Metrics(SpikingPredictionTransformer model) =>
        _ml.MulticlassClassification.Evaluate(model.Transform(Rows(1_000, seed: 4)));

    private float[] Scores(ITransformer model) =>
        [.. model.Transform(Rows(50, seed: 3)).GetColumn<float[]>("Score").SelectMany(row => row)];

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public uint Label { get; set; }
    }
}
