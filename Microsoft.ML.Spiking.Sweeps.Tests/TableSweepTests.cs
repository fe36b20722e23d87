using Microsoft.ML.Spiking.MLNetInternals.Training;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>Sweeps over tables: they start from the defaults that tables have, and vary the receptive fields.</summary>
[TestClass]
public sealed class TableSweepTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Completed_Table_HasTheDefaultsOfTablesWithinTheDefaultSpace()
    {
        SpikingClifTrainer.Options options = Trainer(new()).Completed(Shared(new()));

        Assert.AreEqual(new PopulationEncoder(8), options.Encoder);
        var table = TableDefaults.For(200, hasLeaves: false);
        Assert.AreEqual(new Mlp(table.Neurons), options.Network);
        Assert.AreEqual((TableDefaults.BatchSize, table.LearningRate), (options.BatchSize, options.LearningRate));
        Assert.IsNotNull(options.Epochs);
        var kept = new List<string>();
        SweepSpace space = SweepSpace.Default.For(options, kept.Add);
        Assert.IsEmpty(kept, string.Join('\n', kept));
        IReadOnlyList<object?> start = space.ValuesOf(options);
        Assert.AreEqual(8, start[space.Names.ToList().IndexOf(nameof(SpikingClifSweepOptions.ReceptiveFields))]);
        Assert.DoesNotContain((object?)null, start);
    }

    [TestMethod]
    public void Completed_EncoderWithTrees_HasTheDefaultsOfLeaves()
    {
        var leaves = new SpikingClifTrainer.Options { Encoder = new PopulationEncoder(8) { Trees = 4 } };

        SpikingClifTrainer.Options options = Trainer(leaves).Completed(Shared(leaves));

        Assert.AreEqual(leaves.Encoder, options.Encoder);
        Assert.AreEqual(new Mlp(256), options.Network);
        Assert.AreEqual(0.002, options.LearningRate);
    }

    [TestMethod]
    public void Completed_OptionsThatWereChosen_StayAsTheyAre()
    {
        var chosen = new SpikingClifTrainer.Options
        {
            Network = new Mlp(512, 512), // the defaults of the trainer, set by the user
            BatchSize = 64,
            LearningRate = 0.002,
        };
        SpikingClifTrainer.Options options = Trainer(chosen).Completed(Shared(chosen));

        Assert.AreEqual(new Mlp(512, 512), options.Network);
        Assert.AreEqual((64, 0.002), (options.BatchSize, options.LearningRate));
    }

    [TestMethod]
    public void SweepSpikingClif_Fields_AreThoseOfTheNetwork()
    {
        SweepSettings settings = Small(SweepSpace.Empty.Choice(nameof(SpikingClifSweepOptions.ReceptiveFields), 5));

        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(
            Pebbles.Data(_ml), Pebbles.Data(_ml, seed: 2), settings);

        var layer = (PopulationLayer)Network(result.BestModel).Layers[0];
        Assert.AreSequenceEqual([5, 5, 5, 5, 5, 5], layer.Fields.ToArray());
    }

    [TestMethod]
    public void SweepSpikingClif_DefaultSpaceOverSeries_DoesNotVaryTheFields()
    {
        SweepSettings settings = Small(SweepSpace.Default
            .Without([.. SweepSpace.Default.Names.Except([nameof(SpikingClifSweepOptions.ReceptiveFields),
                nameof(SpikingClifSweepOptions.LabelSmoothing)])]));
        settings.Trainer.InputShape = [2, 3];

        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(
            Pebbles.Data(_ml), Pebbles.Data(_ml, seed: 2), settings);

        Assert.AreSequenceEqual([nameof(SpikingClifSweepOptions.LabelSmoothing)],
            result.BestTrial.Values.Keys.ToArray());
        Assert.IsInstanceOfType<AffineLayer>(Network(result.BestModel).Layers[0]);
    }

    [TestMethod]
    public void ToOptions_EncoderWithTrees_KeepsThem()
    {
        var others = new SpikingClifTrainer.Options { Encoder = new PopulationEncoder(4) { Trees = 7 } };

        Assert.AreEqual(new PopulationEncoder(16) { Trees = 7 },
            new SpikingClifSweepOptions { ReceptiveFields = 16 }.ToOptions(others).Encoder);
    }

    [TestMethod]
    public void ToOptions_FieldsOnVectorsAndOnSeries_AreOfVectorsAlone()
    {
        IDataView data = Pebbles.Data(_ml);
        SpikingClifTrainer.Options others = Small(SweepSpace.Empty).Trainer;
        var swept = new SpikingClifSweepOptions { ReceptiveFields = 16, Network = "4" };

        Assert.AreSequenceEqual(Enumerable.Repeat(16, 6).ToArray(),
            ((PopulationLayer)Network(Fit(swept.ToOptions(others))).Layers[0]).Fields.ToArray());
        others.InputShape = [2, 3];
        Assert.IsInstanceOfType<AffineLayer>(Network(Fit(swept.ToOptions(others))).Layers[0]);

        ITransformer Fit(SpikingClifTrainer.Options options) =>
            Pebbles.Featurizers(_ml).Append(Trainer(options)).Fit(data);
    }

    private SpikingClifTrainer Trainer(SpikingClifTrainer.Options options) =>
        _ml.MulticlassClassification.Trainers.SpikingClif(options);

    private SharedTrainingData Shared(SpikingClifTrainer.Options options)
    {
        IDataView data = Pebbles.Featurizers(_ml).Fit(Pebbles.Data(_ml)).Transform(Pebbles.Data(_ml));
        return Trainer(options).Share(data, data, _ => { });
    }

    private SweepSettings Small(SweepSpace space)
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Space = space;
        settings.MaximumTrials = 1;
        settings.Trainer.Epochs = 1;
        settings.Trainer.InputNormalization = new FeatureNormalization();
        return settings;
    }

    private static NetworkDefinition Network(ITransformer model) =>
        (model as SpikingPredictionTransformer ?? ((IEnumerable<ITransformer>)model)
            .OfType<SpikingPredictionTransformer>().Single()).Model.Network;
}
