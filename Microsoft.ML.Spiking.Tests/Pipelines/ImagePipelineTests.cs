using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>A folder of class folders through ML.NET's own transforms into a trained and saved model.</summary>
[TestClass]
public sealed class ImagePipelineTests
{
    private const int Height = 8;
    private const int Width = 10; // ResizeImages makes them narrower

    private static readonly TemporaryFolder Folder = new();

    private readonly MLContext _ml = new(1);

    [ClassInitialize]
    public static void Draw(TestContext context)
    {
        ImageFiles.Write(Path.Combine(Folder.Path, "train"), count: 30, seed: 1);
        ImageFiles.Write(Path.Combine(Folder.Path, "test"), count: 10, seed: 2);
    }

    [ClassCleanup]
    public static void Clean() => Folder.Dispose();

    [TestMethod]
    [DataRow(false, 1f)]
    [DataRow(false, 1 / 255f)]
    [DataRow(true, 1f)]
    [DataRow(true, 1 / 255f)]
    public void Fit_FoldersOfImages_TrainsSavesAndReadsTheOthers(bool interleaved, float scale)
    {
        var pipeline = Pixels(interleaved, scale)
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Options(interleaved)))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        ITransformer model = pipeline.Fit(Files("train"));
        using var stream = new MemoryStream();
        _ml.Model.Save(model, Files("train").Schema, stream);

        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        IDataView scored = loaded.Transform(Files("test"));

        Assert.AreEqual(1.0, _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy);
        using PredictionEngine<ImageFile, Answer> engine = _ml.Model.CreatePredictionEngine<ImageFile, Answer>(loaded);
        foreach (ImageFile file in ImageFiles.In(Path.Combine(Folder.Path, "test")).Take(6))
        {
            Assert.AreEqual(file.Label, engine.Predict(file).PredictedLabel);
        }
    }

    [TestMethod]
    public void Fit_InterleavedOrPlanar_GivesTheSameWeightsAndScores()
    {
        SpikingPredictionTransformer planar = Fit(interleaved: false);
        SpikingPredictionTransformer interleaved = Fit(interleaved: true);

        NetworkDefinition network = interleaved.Model.Network;
        Assert.AreSequenceEqual([3, Height, Width], network.InputShape.ToArray());
        Assert.AreEqual(PixelOrder.Interleaved, network.PixelOrder);
        Assert.AreSequenceEqual(Weights(planar), Weights(interleaved));
        Assert.AreSequenceEqual(
            planar.Transform(Data("test", interleaved: false)).GetColumn<float[]>("Score").SelectMany(score => score)
                .ToArray(),
            interleaved.Transform(Data("test", interleaved: true)).GetColumn<float[]>("Score")
                .SelectMany(score => score).ToArray());
    }

    [TestMethod]
    public void Fit_FlatVectors_NeedTheShapeAndTheOrder()
    {
        SpikingPredictionTransformer expected = Fit(interleaved: true);
        IDataView data = Data("train", interleaved: true);
        FlatRow[] rows = [.. data.GetColumn<float[]>("Pixels").Zip(data.GetColumn<uint>("Label"),
            (pixels, label) => new FlatRow { Flat = pixels, Label = label - 1 })];
        IDataView flat = _ml.Data.LoadFromEnumerable(rows);

        SpikingPredictionTransformer found = Fit(
            interleaved: true,
            options => (options.FeatureColumnName, options.InputShape) = ("Flat", [Height, Width, 3]), data: flat);

        Assert.AreSequenceEqual(Weights(expected), Weights(found));
    }

    [TestMethod]
    public void Fit_MlpOnInterleavedImages_KnowsTheirOrder()
    {
        float[] Train(bool interleaved) => Weights(Fit(interleaved, options => options.Network = new Mlp(8)));

        Assert.AreSequenceEqual(Train(interleaved: false), Train(interleaved: true));
    }

    [TestMethod]
    public void Fit_OrderInDoubt_AsksForIt()
    {
        string sentence = "The features have the shape [8, 10, 3], which may be [height, width, channels], as of " +
            "ExtractPixels with interleavePixelColors, or [channels, height, width]; say which it is with the option " +
            "PixelOrder.";

        Assert.Contains(sentence, Refusal(interleaved: true, options => options.PixelOrder = null));
        Assert.AreSequenceEqual([8, 10, 3], // declared as 8 channels, it is taken as such
            Fit(interleaved: true, options => options.PixelOrder = PixelOrder.Planar, augmented: false)
                .Model.Network.InputShape.ToArray());
    }

    [TestMethod]
    public void Fit_ShapeThatContradictsTheColumn_SaysBoth()
    {
        Assert.Contains("The input shape [3, 8, 10] contradicts the feature column, whose shape is [8, 10, 3]; leave " +
            "InputShape null. If the column has the channels last, set PixelOrder to Interleaved.",
            Refusal(interleaved: true,
                options => (options.InputShape, options.PixelOrder) = ([3, Height, Width], null)));
        Assert.Contains("The input shape [3, 10, 8] contradicts the feature column, whose shape is [3, 8, 10]",
            Refusal(interleaved: false, options => options.InputShape = [3, Width, Height]));
    }

    [TestMethod]
    public void Fit_ShapeOfAnotherSize_SaysBothNumbers() =>
        Assert.Contains("The input shape [3, 32, 32] has 3,072 values, but a row of the feature column has 240",
            Refusal(interleaved: false, options => options.InputShape = [3, 32, 32]));

    [TestMethod]
    public void TransformOrGoOn_ImagesInTheOtherOrder_AreRefused()
    {
        SpikingPredictionTransformer model = Fit(interleaved: true);
        IDataView planar = Data("train", interleaved: false);

        Assert.Contains(
            "The feature column 'Pixels' has the shape [3, 8, 10]; the model was trained on images of the shape " +
            "[8, 10, 3].",
            Assert.Throws<ArgumentException>(() => model.Transform(planar)).Message);
        Assert.Contains("The model takes rows of the shape [8, 10, 3] and the feature column 'Pixels' has [3, 8, 10]",
            Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers
                .SpikingClif(Options(interleaved: false))
                .Fit(planar, model)).Message);
    }

    [TestMethod]
    public void Fit_TrainedModel_ReadsItsOwnOrder()
    {
        SpikingPredictionTransformer planar = Fit(interleaved: false), interleaved = Fit(interleaved: true);
        SpikingClifTrainer.Options options = Options(interleaved: false); // the model's order counts

        Assert.AreSequenceEqual(
            Weights(_ml.MulticlassClassification.Trainers.SpikingClif(options)
                .Fit(Data("train", interleaved: false), planar)),
            Weights(_ml.MulticlassClassification.Trainers.SpikingClif(options)
                .Fit(Data("train", interleaved: true), interleaved)));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Fit_ChannelNormalization_IsMeasuredOnTheTrainingPixelsAloneAndSaved(bool interleaved)
    {
        SpikingPredictionTransformer model = Fit(interleaved);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, Data("train", interleaved).Schema, stream);
        NetworkDefinition network = ((SpikingPredictionTransformer)_ml.Model.Load(stream, out _)).Model.Network;

        LayerAssert.AreEqual(new AffineLayer("input", 3), network.Layers[0]);
        // crop and cutout are ignored
        float[][] images = [.. Data("train", interleaved: false).GetColumn<float[]>("Pixels")];
        for (int channel = 0; channel < 3; channel++)
        {
            double[] values =
                [.. images.SelectMany(image => image.Chunk(Height * Width).ElementAt(channel))
                    .Select(value => (double)value)];
            double mean = values.Average(),
                deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            Assert.AreEqual(1 / deviation, model.Model.Weights["input.scale"].Values.Span[channel], 1e-6 / deviation);
            Assert.AreEqual(-mean / deviation, model.Model.Weights["input.shift"].Values.Span[channel], 1e-5);
        }
    }

    [TestMethod]
    public void Fit_GivenChannelNormalization_IsTheFirstLayer()
    {
        SpikingPredictionTransformer model = Fit(interleaved: true, options => options.InputNormalization =
            new ChannelNormalization { Means = [100, 50, 0], StandardDeviations = [50, 25, 2] });

        Assert.AreSequenceEqual([0.02f, 0.04f, 0.5f], model.Model.Weights["input.scale"].Values.ToArray());
        Assert.AreSequenceEqual([-2f, -2f, 0f], model.Model.Weights["input.shift"].Values.ToArray());
    }

    [TestMethod]
    public void Fit_ImagesCancelledTwice_GoesOnToTheModelOfOneTraining()
    {
        using var folder = new TemporaryFolder();
        void Everything(SpikingClifTrainer.Options options)
        {
            (options.Dropout, options.GradientAccumulation, options.LabelSmoothing) = (0.2, 2, 0.1);
            options.Augmentation = new ImageAugmentation
            {
                CropPadding = 1,
                HorizontalFlip = true,
                TrivialAugment = true,
                CutoutSize = 2,
                MixupAlpha = 0.2,
                CutmixAlpha = 1,
            };
        }

        foreach (int stop in new[] { 3, 2 })
        {
            using var source = new CancellationTokenSource();
            int batches = 0;
            Assert.Throws<OperationCanceledException>(() => Fit(interleaved: true, options =>
            {
                Everything(options);
                (options.CheckpointFolder, options.CancellationToken) = (folder.Path, source.Token);
                options.ProgressCallback = _ => CancelIf(++batches == stop, source);
            }));
        }
        int rest = 0;
        SpikingPredictionTransformer resumed = Fit(interleaved: true, options =>
        {
            Everything(options);
            (options.CheckpointFolder, options.ProgressCallback) = (folder.Path, _ => rest++);
        });

        int all = 0;
        SpikingPredictionTransformer whole = Fit(interleaved: true, options =>
        {
            Everything(options);
            options.ProgressCallback = _ => all++;
        });
        Assert.AreEqual(all, 3 + 2 + rest);
        Assert.AreSequenceEqual(Weights(whole), Weights(resumed));
    }

    private static void CancelIf(bool condition, CancellationTokenSource source)
    {
        if (condition)
        {
            source.Cancel();
        }
    }

    private string Refusal(bool interleaved, Action<SpikingClifTrainer.Options> change) =>
        Assert.ThrowsExactly<NetworkDefinitionException>(() => Fit(interleaved, change)).Message;

    private SpikingPredictionTransformer Fit(
        bool interleaved, Action<SpikingClifTrainer.Options>? change = null, bool augmented = true,
        IDataView? data = null)
    {
        SpikingClifTrainer.Options options = Options(interleaved);
        options.Epochs = 2;
        options.Augmentation = augmented ? new ImageAugmentation { CropPadding = 1, CutoutSize = 2 } : null;
        change?.Invoke(options);
        return _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data ?? Data("train", interleaved));
    }

    private static SpikingClifTrainer.Options Options(bool interleaved)
    {
        SpikingClifTrainer.Options options = Flowers.Quick();
        options.FeatureColumnName = "Pixels";
        options.PixelOrder = interleaved ? PixelOrder.Interleaved : null;
        options.Network = new ConvNet(8);
        options.InputNormalization = new ChannelNormalization();
        options.Dropout = 0;
        return options;
    }

    private EstimatorChain<ImagePixelExtractingTransformer> Pixels(bool interleaved, float scale) =>
        _ml.Transforms.LoadImages("Image", imageFolder: null, inputColumnName: nameof(ImageFile.Path))
            .Append(_ml.Transforms.ResizeImages("Image", Width, Height))
            .Append(_ml.Transforms
                .ExtractPixels("Pixels", "Image", interleavePixelColors: interleaved, scaleImage: scale));

    private IDataView Data(string part, bool interleaved)
    {
        IDataView files = Files(part);
        IDataView pixels = Pixels(interleaved, scale: 1).Fit(files).Transform(files);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(pixels).Transform(pixels);
    }

    private IDataView Files(string part) => _ml.Data.LoadFromEnumerable(ImageFiles.In(Path.Combine(Folder.Path, part)));

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private sealed class FlatRow
    {
        [VectorType(3 * Height * Width)]
        public float[] Flat { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }

    private sealed class Answer
    {
        public string PredictedLabel { get; set; } = "";
    }
}
