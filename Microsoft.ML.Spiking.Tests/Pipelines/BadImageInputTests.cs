using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// Images that a network cannot take are refused before training, with one sentence. The order of pixels is tested in
/// <see cref="ImagePipelineTests"/>.
/// </summary>
[TestClass]
public sealed class BadImageInputTests
{
    private readonly MLContext _ml = new(1);

    public static IEnumerable<(string Sentence, Action<SpikingClifTrainer.Options> Change)> Refused =>
    [
        ("The input shape [1, 7, 9] has 63 values, but a row of the feature column has 64",
            o => o.InputShape = [1, 7, 9]),
        ("Layer 'pool4': a window of 2x2 with stride 2x2 and padding 0x0 does not fit on [512, 1, 1] Spikes; the " +
            "image is too small for the network's strides.",
            o => (o.InputShape, o.Network) = ([1, 8, 8], new SpikingVgg(11))),
        ("Layer 'conv4': a kernel of 5x5", o => (o.InputShape, o.Network) = ([1, 8, 8], new Snn5())),
        ("Layer 'conv1': 4 input and 6 output channels do not fall into 3 groups.",
            o => (o.InputShape, o.Network) =
                ([4, 4, 4], new NetworkBuilder().Convolution(6, 3, groups: 3).Neuron().Build())),
        ("Layer 'residual1': its main path ends in [6, 4, 4] Graded and its shortcut in [4, 4, 4] Constant; only " +
            "equal shapes can be added.",
            o => (o.InputShape, o.Network) =
                ([4, 4, 4], new NetworkBuilder().Residual(main => main.Convolution(6, 1).Neuron().Convolution(6, 1))
                    .Build())),
        ("ChannelNormalization has means for 3 channels, but the features have the shape [1, 8, 8]", o =>
            (o.InputShape, o.Network, o.InputNormalization) =
                ([1, 8, 8], new ConvNet(2),
                    new ChannelNormalization { Means = [0, 0, 0], StandardDeviations = [1, 1, 1] })),
        ("Layer 'conv1': expects an image, [channels, height, width], and is given [64] Constant. The features have " +
            "the shape [64]; where they are images, say so with the options' InputShape",
            o => o.Network = new ConvNet(2)),
    ];

    [TestMethod]
    [DynamicData(nameof(Refused))]
    public void Fit_ImagesThatDoNotFit_SaysWhatAndWhere(string sentence, Action<SpikingClifTrainer.Options> change) =>
        Assert.Contains(sentence, Assert.ThrowsExactly<NetworkDefinitionException>(() => Fit(change)).Message);

    [TestMethod]
    public void Fit_AugmentationOfVectors_AsksForTheShape() => Assert.Contains(
        "The augmentation needs images, but the features have the shape [64]; where they are images, say so with the " +
        "option InputShape, as in [3, 32, 32], else set Augmentation to null.",
        Assert.Throws<ArgumentException>(
            () => Fit(o => o.Augmentation = new ImageAugmentation { HorizontalFlip = true })).Message);

    [TestMethod]
    public void Fit_AugmentationLargerThanTheImages_SaysBoth() => Assert.Contains(
        "ImageAugmentation.CropPadding is 8, but the images are 8x8; it must be less than both.",
        Assert.Throws<ArgumentException>(() => Fit(
            o => (o.InputShape, o.Augmentation) = ([1, 8, 8], new ImageAugmentation { CropPadding = 8 }))).Message);

    [TestMethod]
    public void Fit_BatchOfOneWithBatchNorm_NamesLayerAndNumbers() => Assert.Contains(
        "Layer 'norm1': batch normalization needs at least two values of each channel, and a batch of a single row " +
        "has one. With 33 training rows, the last batch of 16 has a single row; choose another batch size.",
        Assert.ThrowsExactly<InvalidOperationException>(
            () => Fit(o => o.Network = new NetworkBuilder().Linear(4).BatchNorm().Neuron().Build())).Message);

    [TestMethod]
    public void Fit_MoreThanThereIsMemory_SaysHowMuchAndWhatToLower()
    {
        HugeAllocations.SkipWhereTheyArePromised();

        string message = Assert.ThrowsExactly<InsufficientMemoryException>(() => FitTerabytes()).Message;

        Assert.MatchesRegex(
            @"^The training ran out of memory: [\d.]+ TiB more were asked for, for batches of [\d,]+ rows at " +
            @"2 time steps\. Lower BatchSize \(and raise GradientAccumulation by as much\) or TimeSteps, or set " +
            @"ActivationCheckpointing\.$", message);
    }

    [TestMethod]
    public void Fit_MoreThanThereIsMemory_LeavesTheNextTrainingAlone()
    {
        HugeAllocations.SkipWhereTheyArePromised();
        Assert.ThrowsExactly<InsufficientMemoryException>(() => FitTerabytes());

        Assert.AreEqual(64, Fit(_ => { }).Model.Network.InputSize);
    }

    // The largest image that a definition may have, and the largest batch.
    private SpikingPredictionTransformer FitTerabytes() => Flowers.Fit(_ml, Images(65_536), options =>
    {
        options.Epochs = 1;
        options.BatchSize = 65_536;
        options.InputShape = [1, 8, 8];
        options.Network =
            new NetworkBuilder().Convolution(1, 1, padding: 2_890).Neuron().AdaptiveAveragePool(1).Build();
    });

    private SpikingPredictionTransformer Fit(Action<SpikingClifTrainer.Options> change) =>
        Flowers.Fit(_ml, Images(), options =>
    {
        options.Epochs = 1;
        change(options);
    });

    private IDataView Images(int count = 33)
    {
        var random = new Random(1);
        Image[] images = [.. Enumerable.Range(0, count).Select(i => new Image
        {
            Label = (uint)(i % 3),
            Features = [.. Enumerable.Range(0, 64).Select(_ => random.NextSingle())],
        })];
        return _ml.Data.LoadFromEnumerable(images);
    }

    private sealed class Image
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(64)]
        public float[] Features { get; set; } = [];
    }
}
