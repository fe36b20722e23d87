namespace Microsoft.ML.Spiking.Tests;

/// <summary>What the options say of a network whose training is continued, and the model has otherwise.</summary>
[TestClass]
public sealed class TrainedModelTests
{
    private readonly MLContext _ml = new(1);
    private readonly List<string> _warnings = [];

    public TrainedModelTests() => _ml.Log += (_, e) =>
    {
        if (e.RawMessage.StartsWith("Not used, ", StringComparison.Ordinal))
        {
            _warnings.Add(e.RawMessage);
        }
    };

    public static IEnumerable<object[]> Others =>
    [
        [nameof(SpikingClifTrainer.Options.Network), With(options => options.Network = new Mlp(32))],
        [nameof(SpikingClifTrainer.Options.Network), With(options => options.Network = new Mlp(16, 16))],
        [nameof(SpikingClifTrainer.Options.Network), With(options => options.Network = new ConvNet(4))],
        [nameof(SpikingClifTrainer.Options.Neuron), With(options => options.Neuron = new LifNeuron())],
        [nameof(SpikingClifTrainer.Options.Neuron),
            With(options => options.Neuron = new ClifNeuron { MembraneTimeConstant = 3 })],
        [nameof(SpikingClifTrainer.Options.TimeSteps), With(options => options.TimeSteps = 8)],
        [nameof(SpikingClifTrainer.Options.Encoder), With(options => options.Encoder = new PoissonEncoder())],
        [nameof(SpikingClifTrainer.Options.Encoder), With(options => options.Encoder = new PopulationEncoder(4))],
        [nameof(SpikingClifTrainer.Options.Dropout), With(options => options.Dropout = 0.5)],
    ];

    [TestMethod]
    [DynamicData(nameof(Others))]
    public void Fit_OptionThatTheModelHasOtherwise_WarnsThatItIsNotUsed(
        string name, Action<SpikingClifTrainer.Options> change)
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer first = Flowers.Fit(_ml, data, options => options.Epochs = 1);
        SpikingClifTrainer.Options options = Flowers.Quick();
        options.Epochs = 1;
        change(options);

        SpikingPredictionTransformer second =
            _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data, first);

        Assert.AreEqual(first.Model.Network.TimeSteps, second.Model.Network.TimeSteps);
        Assert.AreSequenceEqual([$"Not used, because the model whose training is continued has its own: {name}. To " +
            "have what the options say, train a new model."], _warnings);
    }

    /// <summary>The same options, whatever they say, and none at all.</summary>
    [TestMethod]
    public void Fit_OptionsOfTheModel_WarnsOfNothing()
    {
        IDataView data = Flowers.Keyed(_ml);
        foreach (Action<SpikingClifTrainer.Options> change in (Action<SpikingClifTrainer.Options>[])
        [
            _ => { },
            options => (options.Neuron, options.Dropout) = (new PlifNeuron(), 0),
            options => (options.Encoder, options.InputDropout) = (new PopulationEncoder(4), 0.3),
            options => (options.Encoder, options.InputNormalization) = (new PoissonEncoder(), null),
            options => options.Network = new RecurrentMlp(8),
            options => options.Network = new FeedbackMlp(8),
        ])
        {
            SpikingPredictionTransformer first = Flowers.Fit(_ml, data, options =>
            {
                options.Epochs = 1;
                change(options);
            });
            SpikingClifTrainer.Options same = Flowers.Quick();
            same.Epochs = 1;
            change(same);
            same.InputNormalization = new FeatureNormalization();

            _ = _ml.MulticlassClassification.Trainers.SpikingClif(same).Fit(data, first);
            _ = _ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
            {
                Epochs = 1,
                Device = ComputeDevice.Cpu,
            }).Fit(data, (ITransformer)first);
        }
        Assert.IsEmpty(_warnings, string.Join(Environment.NewLine, _warnings));
    }

    /// <summary>A table's own defaults are no choice of the user's.</summary>
    [TestMethod]
    public void Fit_TrainerOfTables_GoesOnWithItsModel()
    {
        IDataView data = Flowers.Keyed(_ml);
        var trainer = _ml.MulticlassClassification.Trainers.SpikingClif(
            new SpikingClifTrainer.Options { Seed = 1, Device = ComputeDevice.Cpu });
        SpikingPredictionTransformer first = trainer.Fit(data);

        SpikingPredictionTransformer second = trainer.Fit(data, first);

        Assert.HasCount(first.Model.Network.Layers.Count, second.Model.Network.Layers);
        Assert.IsEmpty(_warnings);
    }

    private static Action<SpikingClifTrainer.Options> With(Action<SpikingClifTrainer.Options> change) => change;
}
