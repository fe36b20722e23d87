using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>What the trainer makes of checkpoints, early stopping and trained models; the training itself is tested below it.</summary>
[TestClass]
public sealed class LongTrainingTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Fit_StoppedAndFitAgain_GivesTheModelOfOneTraining()
    {
        IDataView data = Flowers.Keyed(_ml);
        using var folder = new TemporaryFolder();
        Assert.ThrowsExactly<InvalidTimeZoneException>(() => Flowers.Fit(_ml, data, options =>
        {
            options.CheckpointFolder = folder.Path;
            options.CheckpointEveryBatches = 2;
            options.ProgressCallback = progress =>
            {
                if (progress is { Epoch: 3, Rows: > 60 })
                {
                    throw new InvalidTimeZoneException();
                }
            };
        }));
        var epochs = new List<int>();

        SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options =>
        {
            options.CheckpointFolder = folder.Path;
            options.MetricsCallback = metrics => epochs.Add(metrics.Epoch);
        });

        Assert.AreSequenceEqual([3, 4, 5, 6, 7, 8], epochs.ToArray());
        Assert.AreSequenceEqual(Weights(Flowers.Fit(_ml, data)), Weights(model));
    }

    [TestMethod]
    public void Fit_FolderOfOtherOptions_NamesThem()
    {
        IDataView data = Flowers.Keyed(_ml);
        using var folder = new TemporaryFolder();
        Flowers.Fit(_ml, data, options => options.CheckpointFolder = folder.Path);
        Assert.Contains("it had BatchSize 16 (now 8).", Assert.ThrowsExactly<InvalidOperationException>(() => Flowers.Fit(_ml, data,
            options => (options.CheckpointFolder, options.BatchSize) = (folder.Path, 8))).Message);
    }

    [TestMethod]
    public void Fit_PatienceWithoutValidation_SaysSo() =>
        Assert.Contains("EarlyStoppingPatience needs validation data", Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Flowers.Fit(_ml, Flowers.Keyed(_ml), options => options.EarlyStoppingPatience = 2)).Message);

    [TestMethod]
    public void Fit_TrainedModel_GoesOnFromItsWeights()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer first = Flowers.Fit(_ml, data);
        SpikingClifTrainer.Options options = Flowers.Quick();
        (options.Epochs, options.LearningRate, options.WeightDecay) = (1, 1e-30, 0);
        options.Network = new Mlp(99); // the model's counts
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(options);

        Assert.AreSequenceEqual(Weights(first), Weights(trainer.Fit(data, first)));
        Assert.AreSequenceEqual(Weights(first), Weights(trainer.Fit(data, first.Model)));
        Assert.AreSequenceEqual(Weights(first), Weights(trainer.Fit(data, data, first)));
        Assert.AreNotSequenceEqual(Weights(first),
            Weights(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()).Fit(data, first)));
    }

    [TestMethod]
    public void Fit_LoadedPipeline_GoesOnWithItsNetwork()
    {
        IDataView rows = _ml.Data.LoadFromEnumerable(Flowers.Rows());
        var keys = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows);
        IDataView data = keys.Transform(rows);
        SpikingPredictionTransformer network = Flowers.Fit(_ml, data);
        using var file = new MemoryStream();
        _ml.Model.Save(keys.Append(network).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(data))),
            rows.Schema, file);
        file.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(file, out _);
        SpikingClifTrainer.Options options = Flowers.Quick();
        (options.LearningRate, options.WeightDecay) = (1e-30, 0);

        SpikingPredictionTransformer model = _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data, loaded);

        Assert.AreSequenceEqual(Weights(network), Weights(model));
    }

    [TestMethod]
    public void Fit_ModelThatDoesNotFit_SaysWhy()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick());

        IDataView wider = _ml.Transforms.Concatenate("Features", "Features", "Features").Fit(data).Transform(data);
        Assert.Contains("The model takes 4 features and the feature column 'Features' has 8",
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(wider, model)).Message);

        IDataView fewer = Flowers.Keyed(_ml, Flowers.Rows().Where(row => row.Label != "c"));
        Assert.Contains("The model knows 3 classes and the label column 'Label' has 2 keys",
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(fewer, model)).Message);

        ITransformer other = _ml.Transforms.CopyColumns("Copy", "Features").Fit(data);
        Assert.Contains("has no spiking network", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(data, other)).Message);
        Assert.Contains("has 2 spiking networks", Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => trainer.Fit(data, new TransformerChain<ITransformer>(model, model))).Message);
    }

    [TestMethod]
    public void Fit_ModelOfOtherClasses_NamesTheDifference()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick());
        string Refusal(IDataView other) => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(other, model)).Message;

        List<Flower> renamed = Flowers.Rows();
        renamed.ForEach(row => row.Label = row.Label == "b" ? "rose" : row.Label);
        Assert.Contains("The model knows other classes: its class 2 is 'b' and the label column 'Label' has 'rose' there; " +
            "map the labels with the mapping that the model was trained with.", Refusal(Flowers.Keyed(_ml, renamed)));

        IEnumerable<Flower> reordered = Flowers.Rows().OrderByDescending(row => row.Label, StringComparer.Ordinal);
        Assert.Contains("The model knows its classes in another order: its class 1 is 'a' and the label column 'Label' has 'c' there",
            Refusal(Flowers.Keyed(_ml, reordered)));
        Assert.Contains("in another order", Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => trainer.Fit(Flowers.Keyed(_ml, reordered), data, model)).Message);

        trainer.Fit(Flowers.Keyed(_ml, Flowers.Rows(60)), model); // the same classes in other data
        trainer.Fit(Flowers.Keyed(_ml, reordered), model.Model);  // which knows no names
    }

    [TestMethod]
    public void Fit_KeysThatStandForNothing_FitAnyNames()
    {
        SpikingPredictionTransformer named = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        IDataView unnamed = _ml.Data.LoadFromEnumerable(Flowers.Rows().Select(
            row => new Unnamed { Features = row.Features, Label = (uint)(row.Label[0] - 'a') }));
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick());

        SpikingPredictionTransformer model = trainer.Fit(unnamed, named);

        trainer.Fit(Flowers.Keyed(_ml), model);
    }

    [TestMethod]
    public void Fit_NullBesideTheData_IsNoValidationData() =>
        Assert.AreSequenceEqual(
            Weights(Flowers.Fit(_ml, Flowers.Keyed(_ml))),
            Weights(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()).Fit(Flowers.Keyed(_ml), null)));

    [TestMethod]
    public void Fit_CancelledAndFitAgain_GoesOnFromTheLastBatch()
    {
        IDataView data = Flowers.Keyed(_ml);
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Flowers.Fit(_ml, data, options =>
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
        var batches = new List<BatchProgress>();

        SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options =>
            (options.CheckpointFolder, options.CheckpointEveryMinutes, options.ActivationCheckpointing, options.ProgressCallback) =
                (folder.Path, 10, true, batches.Add));

        Assert.AreEqual(new BatchProgress { Epoch = 2, Epochs = 8, Rows = 48, TotalRows = 90 }, batches[0]);
        Assert.AreSequenceEqual(Weights(Flowers.Fit(_ml, data)), Weights(model));
    }

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private sealed class Unnamed
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }
}
