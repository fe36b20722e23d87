using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Tests.Networks;

[TestClass]
public sealed class TemplateTests
{
    public static IEnumerable<NetworkTemplate> Templates =>
    [
        new Mlp(4, 5),
        new ConvNet(),
        new ConvNet(3, 4, 5),
        new ConvNet(1, 65_536),
        new Mlp(1, 65_536),
        new SpikingVgg(13),
        new SpikingResNet(50),
        new Snn5(),
        new VggSnn(),
        Own(),
    ];

    public static IEnumerable<(NetworkTemplate Template, string Sentence)> Faults =>
    [
        (new SpikingVgg(12), "SpikingVgg.Depth is 12; it must be 11, 13, 16 or 19."),
        (new SpikingResNet(19), "SpikingResNet.Depth is 19; it must be 18, 34, 50, 101 or 152."),
        (new ConvNet(65_537),
            "ConvNet.Channels is [65537]; it needs at least one convolution, each of 1 to 65,536 channels."),
        (new Mlp(), "Mlp.HiddenSizes is []; it needs at least one layer, each of 1 to 65,536 neurons."),
        (new Mlp(5, 0), "Mlp.HiddenSizes is [5, 0]; it needs at least one layer, each of 1 to 65,536 neurons."),
        (new Mlp(65_537), "Mlp.HiddenSizes is [65537]; it needs at least one layer, each of 1 to 65,536 neurons."),
        (new LayeredNetwork([new ResidualPlan([], [null!])]), "A layer of the LayeredNetwork is null."),
        (new ConvNet([]), "ConvNet.Channels is []; it needs at least one convolution, each of 1 to 65,536 channels."),
        (new ConvNet(3, 0),
            "ConvNet.Channels is [3, 0]; it needs at least one convolution, each of 1 to 65,536 channels."),
        (new LayeredNetwork([null!]), "A layer of the LayeredNetwork is null."),
        (new LayeredNetwork([new ResidualPlan([null!], [])]), "A layer of the LayeredNetwork is null."),
    ];

    [TestMethod]
    [DynamicData(nameof(Templates))]
    public void Json_Template_ComesBackEqual(NetworkTemplate template)
    {
        string text = JsonSerializer.Serialize(template);

        NetworkTemplate read = JsonSerializer.Deserialize<NetworkTemplate>(text)!;

        Assert.AreEqual(template, read);
        Assert.AreEqual(template.GetHashCode(), read.GetHashCode());
        Assert.IsEmpty(template.Faults());
    }

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Faults_ValueOutOfRange_NamesIt(NetworkTemplate template, string sentence) =>
        Assert.AreEqual(sentence, Assert.ContainsSingle(template.Faults()));

    [TestMethod]
    [DataRow(28)]
    [DataRow(32)]
    public void ConvNet_SmallImages_IsConvolutionNormNeuronPoolTwice(int size)
    {
        NetworkDefinition network = new ConvNet().Bind(Bindings.Image(1, size, dropout: 0.1));

        Assert.AreSequenceEqual(
            ["conv1", "norm1", "neuron1", "pool1", "conv2", "norm2", "neuron2", "pool2", "flatten1", "dropout1",
                "output"],
            network.Layers.Select(layer => layer.Name).ToArray());
        Assert.AreEqual(64 * (size / 4) * (size / 4), ((LinearLayer)network.Layers[^1]).Inputs);
    }

    [TestMethod]
    public void Vggs_Images_AreBlocksOfConvolutionNormAndNeuron()
    {
        const string Block = "Convolution BatchNorm Neuron ";
        const string Pool = "AveragePool ";
        string small = Types(new SpikingVgg(11).Bind(Bindings.Image(3, 32)));
        string events = Types(new VggSnn().Bind(Bindings.Image(2, 48, dropout: 0.1)));

        Assert.AreEqual(Block + Pool + Block + Pool + string.Concat(Enumerable.Repeat(Block + Block + Pool, 3)) +
            "AdaptiveAveragePool Flatten Linear", small);
        Assert.AreEqual(string.Concat(Enumerable.Repeat(Block + Block + Pool, 4)) + "Flatten Dropout Linear", events);
    }

    [TestMethod]
    [DataRow(28)]
    [DataRow(32)]
    [DataRow(64)]
    public void SpikingResNet_OtherImageSizes_EndInOneValueOfAChannel(int size) =>
        Assert.AreEqual(512, ((LinearLayer)new SpikingResNet(18).Bind(Bindings.Image(3, size)).Layers[^1]).Inputs);

    [TestMethod]
    public void SpikingVgg_ImageTooSmall_NamesTheLayer()
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(
            () => new SpikingVgg(11).Bind(Bindings.Image(3, 28))).Message;

        Assert.Contains("Layer 'pool5'", message);
        Assert.Contains("too small", message);
    }

    /// <summary>Initial weights and biases of convolutions and readout, as in the authors' code.</summary>
    public static IEnumerable<(
        NetworkTemplate Template, int Channels, int Size, WeightDistribution Weights, bool ZeroBias,
        WeightDistribution Readout, bool ZeroReadoutBias)> FirstWeights =>
    [
        (new SpikingVgg(11), 3, 32, WeightDistribution.FanOutNormal, true, WeightDistribution.SmallNormal, true),
        (new SpikingVgg(19), 3, 32, WeightDistribution.FanOutNormal, true, WeightDistribution.SmallNormal, true),
        (new SpikingResNet(18), 3, 32, WeightDistribution.FanOutNormal, false, WeightDistribution.Uniform, true),
        (new SpikingResNet(50), 3, 32, WeightDistribution.FanOutNormal, false, WeightDistribution.Uniform, true),
        (new Snn5(), 3, 32, WeightDistribution.FanOutNormal, false, WeightDistribution.Uniform, false),
        (new VggSnn(), 2, 48, WeightDistribution.FanOutNormal, false, WeightDistribution.Uniform, false),
        (new ConvNet(), 1, 28, WeightDistribution.Uniform, false, WeightDistribution.Uniform, false),
    ];

    [TestMethod]
    [DynamicData(nameof(FirstWeights))]
    public void Bind_Presets_StartAsTheirSourceDoes(NetworkTemplate template, int channels, int size,
        WeightDistribution weights, bool zeroBias, WeightDistribution readout, bool zeroReadoutBias)
    {
        NetworkDefinition network = template.Bind(Bindings.Image(channels, size));

        ConvolutionLayer[] convolutions = [.. network.AllLayers.OfType<ConvolutionLayer>()];
        Assert.IsNotEmpty(convolutions);
        foreach (ConvolutionLayer convolution in convolutions)
        {
            Assert.AreEqual((weights, zeroBias), (convolution.InitialWeights, convolution.ZeroBias), convolution.Name);
        }
        var output = (LinearLayer)network.Layers[^1];
        Assert.AreEqual((readout, zeroReadoutBias), (output.InitialWeights, output.ZeroBias));
    }

    [TestMethod]
    public void Bind_Presets_DropAsTheirSourceDoes()
    {
        Assert.AreEqual(8, Dropouts(new SpikingVgg(11).Bind(Bindings.Image(3, 32, dropout: 0.5))));
        Assert.AreEqual(9, Dropouts(new SpikingResNet(18).Bind(Bindings.Image(3, 32, dropout: 0.5))));
        Assert.AreEqual(1, Dropouts(new Snn5().Bind(Bindings.Image(3, 32, dropout: 0.5))));
        Assert.AreEqual(1, Dropouts(new VggSnn().Bind(Bindings.Image(2, 48, dropout: 0.5))));
    }

    [TestMethod]
    public void Bind_NetworkOfOnesOwn_TakesSizesFromWhatArrives()
    {
        NetworkBinding binding = Bindings.Image(2, 12, neuron: new LifNeuron())
            with
        { BatchNorm = BatchNormMode.AcrossTime, InputNormalization = new RootMeanSquareNormalization() };

        NetworkDefinition network = Own().Bind(binding);

        LayerAssert.AreEqual(new AffineLayer("input", 1), network.Layers[0]);
        LayerAssert.AreEqual(new ConvolutionLayer("conv1", 2, 4, 3, 1, 1, groups: 2), network.Layers[1]);
        LayerAssert.AreEqual(new BatchNormLayer("norm1", 4, BatchNormMode.AcrossTime), network.Layers[2]);
        LayerAssert.AreEqual(new NeuronLayer("neuron1", new LifNeuron()), network.Layers[3]);
        var residual = (ResidualLayer)network.Layers[4];
        LayerAssert.AreEqual(new NeuronLayer("neuron2", new PlifNeuron()), residual.Main[1]);
        LayerAssert.AreEqual(new ConvolutionLayer("conv3", 4, 6, 1, 2, 0, hasBias: false), residual.Shortcut[0]);
        LayerAssert.AreEqual(new LinearLayer("output", 7, 3), network.Layers[^1]);
    }

    [TestMethod]
    public void Bind_LinearAfterAnImage_NamesTheLayer() =>
        Assert.Contains("Layer 'fc1'", Assert.ThrowsExactly<NetworkDefinitionException>(
            () => new NetworkBuilder().Linear(5).Build().Bind(Bindings.Image(1, 4))).Message);

    [TestMethod]
    public void Bind_FlatFeatures_AsksForTheShape()
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(
            () => new ConvNet().Bind(Bindings.Of([784]))).Message;

        Assert.AreEqual("Layer 'conv1': expects an image, [channels, height, width], and is given [784] Constant. " +
            "The features have the shape [784]; where they are images, say so with the options' InputShape, as in " +
            "[1, 28, 28].", message);
    }

    [TestMethod]
    public void Bind_MlpOnImagesOfTime_TakesVectorsOfEachStep()
    {
        NetworkDefinition network = new Mlp(5).Bind(Bindings.Image(2, 4) with { HasTimeAxis = true });

        Assert.AreSequenceEqual([32], network.InputShape.ToArray());
        Assert.AreSequenceEqual([2, 32], network.RowShape.ToArray());
    }

    [TestMethod]
    public void Equals_Templates_ComparesTheirLayers()
    {
        Assert.AreEqual(new Mlp(4, 5), new Mlp(4, 5));
        Assert.AreNotEqual(new Mlp(4, 5), new Mlp(5, 4));
        Assert.AreEqual(new ConvNet(4, 5), new ConvNet(4, 5));
        Assert.AreNotEqual(new ConvNet(4, 5), new ConvNet(4));
        Assert.AreNotEqual(Own(), new NetworkBuilder().Flatten().Build());
        Assert.AreNotEqual(Residual(2, 3), Residual(2, 4));
        Assert.AreNotEqual(Residual(2, 3), Residual(4, 3));
        Assert.AreEqual(Residual(2, 3), Residual(2, 3));
        Assert.AreEqual(Residual(2, 3).GetHashCode(), Residual(2, 3).GetHashCode());
        Assert.AreNotEqual(Residual(2, 3).GetHashCode(), Residual(2, 4).GetHashCode());
        Assert.AreNotEqual(new Mlp(4, 5).GetHashCode(), new Mlp(5, 4).GetHashCode());
        Assert.IsFalse(new Mlp(4).Equals(null) || new ConvNet(4).Equals(null) || Own().Equals(null));

        static LayeredNetwork Residual(int main, int shortcut) => new NetworkBuilder()
            .Residual(path => path.Convolution(main, 1), path => path.Convolution(shortcut, 1)).Build();
    }

    /// <summary>Channels are kept where they are normalized or reordered; else images become vectors at once.</summary>
    [TestMethod]
    public void Bind_MlpOnImages_KeepsChannelsWhereTheyAreNeeded()
    {
        NetworkBinding image = Bindings.Image(3, 4);
        InputNormalization channels = new ChannelNormalization();

        Assert.AreSequenceEqual([48], new Mlp(5).Bind(image).InputShape.ToArray());
        Assert.AreSequenceEqual([3, 4, 4],
            new Mlp(5).Bind(image with { InputNormalization = channels }).InputShape.ToArray());
        Assert.AreSequenceEqual([48], new Mlp(5).Bind(
            image with { InputNormalization = new RootMeanSquareNormalization() }).InputShape.ToArray());
        Assert.AreSequenceEqual([3, 4, 4],
            new Mlp(5).Bind(image with { PixelOrder = PixelOrder.Interleaved }).InputShape.ToArray());
        Assert.AreSequenceEqual([7],
            new Mlp(5).Bind(Bindings.Of([7]) with { InputNormalization = channels }).InputShape.ToArray());
    }

    private static LayeredNetwork Own() => new NetworkBuilder()
        .Convolution(4, kernel: 3, padding: 1, groups: 2).BatchNorm().Neuron()
        .Residual(
            main => main.Convolution(6, kernel: 3, stride: 2, padding: 1).Neuron(new PlifNeuron()),
            shortcut => shortcut.Convolution(6, kernel: 1, stride: 2, hasBias: false,
                weights: WeightDistribution.Uniform))
        .MaxPool(2).AveragePool(2).AdaptiveAveragePool(new Extent(2, 3)).Dropout(0).Flatten()
        .Linear(7, weights: WeightDistribution.FanOutNormal).BatchNorm().Neuron().Dropout()
        .Build();

    private static string Types(NetworkDefinition network) => string.Join(
        ' ', network.Layers.Select(layer => layer.GetType().Name.Replace("Layer", "", StringComparison.Ordinal)));

    private static int Dropouts(NetworkDefinition network) => network.AllLayers.Count(layer => layer is DropoutLayer);
}
