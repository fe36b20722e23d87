using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// The trainer's use of checkpoints, early stopping and trained models; the training itself has its own tests.
/// </summary>
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
        Assert.Contains("it had BatchSize 16 (now 8).",
            Assert.ThrowsExactly<InvalidOperationException>(() => Flowers.Fit(_ml, data,
            options => (options.CheckpointFolder, options.BatchSize) = (folder.Path, 8))).Message);
    }

    [TestMethod]
    public void CrossValidate_WithFolder_KeepsEachFoldAndFindsItAgain()
    {
        IDataView data = Flowers.Keyed(_ml);
        using var folder = new TemporaryFolder();
        int epochs = 0, limit = int.MaxValue;
        float[][] Run(string? path)
        {
            SpikingClifTrainer.Options options = Flowers.Quick();
            options.CheckpointFolder = path;
            options.MetricsCallback = _ =>
            {
                if (++epochs == limit)
                {
                    throw new InvalidTimeZoneException();
                }
            };
            return
            [
                .. _ml.MulticlassClassification
                    .CrossValidate(data, _ml.MulticlassClassification.Trainers.SpikingClif(options), 3)
                    .Select(fold => Weights((SpikingPredictionTransformer)fold.Model)),
            ];
        }
        float[][] expected = Run(null);

        (epochs, limit) = (0, 12); // in the middle of the second fold
        Assert.ThrowsExactly<InvalidTimeZoneException>(() => Run(folder.Path));
        (epochs, limit) = (0, int.MaxValue);
        float[][] resumed = Run(folder.Path);
        int rest = epochs;
        epochs = 0;
        float[][] again = Run(folder.Path);

        Assert.AreEqual((8 * 3) - 11, rest);
        Assert.AreEqual(0, epochs);
        foreach (float[][] found in new[] { resumed, again })
        {
            for (int fold = 0; fold < 3; fold++)
            {
                Assert.AreSequenceEqual(expected[fold], found[fold]);
            }
        }
    }

    [TestMethod]
    public void Fit_FolderOfOtherRows_IsRefusedByANewTrainer()
    {
        using var folder = new TemporaryFolder();
        Flowers.Fit(_ml, Flowers.Keyed(_ml), options => options.CheckpointFolder = folder.Path);

        Assert.Contains("it had as many training rows, but with other values",
            Assert.ThrowsExactly<InvalidOperationException>(() => Flowers.Fit(
                _ml, Flowers.Keyed(_ml, Flowers.Rows(seed: 9)),
                options => options.CheckpointFolder = folder.Path)).Message);
    }

    [TestMethod]
    public void Fit_PatienceWithoutValidation_SaysSo() =>
        Assert.Contains("EarlyStoppingPatience needs validation data",
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(
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
        _ml.Model.Save(keys.Append(network)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(data))),
            rows.Schema, file);
        file.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(file, out _);
        SpikingClifTrainer.Options options = Flowers.Quick();
        (options.LearningRate, options.WeightDecay) = (1e-30, 0);

        SpikingPredictionTransformer model =
            _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data, loaded);

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
        Assert.Contains("has no spiking network",
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(data, other)).Message);
        Assert.Contains("has 2 spiking networks", Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => trainer.Fit(data, new TransformerChain<ITransformer>(model, model))).Message);
    }

    [TestMethod]
    public void Fit_ModelOfOtherClasses_NamesTheDifference()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick());
        string Refusal(IDataView other) =>
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(other, model)).Message;

        List<Flower> renamed = Flowers.Rows();
        renamed.ForEach(row => row.Label = row.Label == "b" ? "rose" : row.Label);
        Assert.Contains("The model knows other classes: its class 2 is 'b' and the label column 'Label' has 'rose' " +
            "there; map the labels with the mapping that the model was trained with.",
            Refusal(Flowers.Keyed(_ml, renamed)));

        IEnumerable<Flower> reordered = Flowers.Rows().OrderByDescending(row => row.Label, StringComparer.Ordinal);
        Assert.Contains(
            "The model knows its classes in another order: its class 1 is 'a' and the label column 'Label' has 'c' " +
            "there",
            Refusal(Flowers.Keyed(_ml, reordered)));
        Assert.Contains("in another order", Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => trainer.Fit(Flowers.Keyed(_ml, reordered), data, model)).Message);

        trainer.Fit(Flowers.Keyed(_ml, Flowers.Rows(60)), model); // the same classes in other data
        trainer.Fit(Flowers.Keyed(_ml, reordered), model.Model);  // which knows no names
    }

    [TestMethod]
    public void Fit_OptionsThatContradictTheModel_SaysWhich()
    {
        IDataView data = Flowers.Keyed(_ml);
        NetworkTemplate convolutions = new NetworkBuilder().Convolution(2, 1).BatchNorm().Neuron().Build(1, 2, 2);
        SpikingPredictionTransformer vectors = Flowers.Fit(_ml, data);
        SpikingPredictionTransformer images = Flowers.Fit(_ml, data,
            options => (options.Network, options.InputShape, options.Epochs) = (convolutions, [1, 2, 2], 1));
        SpikingPredictionTransformer raw =
            Flowers.Fit(_ml, data, options => (options.InputNormalization, options.Epochs) = (null, 1));
        SpikingClifTrainer Trainer(Action<SpikingClifTrainer.Options> change)
        {
            SpikingClifTrainer.Options options = Flowers.Quick();
            options.Epochs = 1;
            change(options);
            return _ml.MulticlassClassification.Trainers.SpikingClif(options);
        }
        void AssertRefused(ITransformer model, string sentence, Action<SpikingClifTrainer.Options> change) =>
            Assert.Contains(sentence,
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer(change).Fit(data, model)).Message);

        AssertRefused(images, "takes rows of the shape [1, 2, 2] and the option InputShape is [2, 1, 2]",
            o => o.InputShape = [2, 1, 2]);
        AssertRefused(vectors, "takes rows of the shape [4] and the option InputShape is [2, 2]",
            o => o.InputShape = [2, 2]);
        AssertRefused(images, "are PerTimeStep and the option BatchNorm is AcrossTime",
            o => o.BatchNorm = BatchNormMode.AcrossTime);
        AssertRefused(vectors, "InputNormalization is null, which is not how", o => o.InputNormalization = null);
        AssertRefused(vectors, "InputNormalization is RootMeanSquareNormalization, which is not how",
            o => o.InputNormalization = new RootMeanSquareNormalization());
        AssertRefused(raw, "InputNormalization is ChannelNormalization, which is not how",
            o => o.InputNormalization = new ChannelNormalization());
        AssertRefused(vectors, "InputNormalization is ChannelNormalization, which is not how",
            o => o.InputNormalization =
            new ChannelNormalization { Means = [1, 1, 1, 1], StandardDeviations = [1, 1, 1, 1] });

        Trainer(o => o.InputShape = [1, 2, 2]).Fit(data, images);
        Trainer(o => o.InputNormalization = new RootMeanSquareNormalization()).Fit(data, images);
        Trainer(o => o.InputNormalization = null).Fit(data, raw);
        // flat: the model knows the shape
        Trainer(o => o.Augmentation = new ImageAugmentation { HorizontalFlip = true }).Fit(data, images);
    }

    [TestMethod]
    public void Fit_FlatColumnAndAModelOfInterleavedImages_GoesOn()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options => (options.Network, options.InputShape,
            options.PixelOrder, options.Epochs) = (
                new NetworkBuilder().Convolution(2, 1).Neuron().Build(2, 1, 2), [1, 2, 2],
            PixelOrder.Interleaved, 1));

        SpikingPredictionTransformer next =
            _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()).Fit(data, model);

        Assert.AreEqual(PixelOrder.Interleaved, next.Model.Network.PixelOrder);
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
            (options.CheckpointFolder, options.CheckpointEveryMinutes, options.ActivationCheckpointing,
                options.ProgressCallback) =
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
