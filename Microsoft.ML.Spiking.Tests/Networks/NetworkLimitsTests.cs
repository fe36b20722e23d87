using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Tests.Networks;

/// <summary>Definitions that no machine could score are refused with one sentence when they are created.</summary>
[TestClass]
public sealed class NetworkLimitsTests
{
    private const string Exploit = "Layer 'conv': a kernel of 268435456x1 with stride 1073741824x1073741824 and " +
        "padding 134215228x0 makes an image of 1,342,177,280,000 pixels, 1 channels each, of [1, 5000, 5000] " +
        "Constant; at most 67,108,864 values are possible. Lower the padding.";

    public static IEnumerable<(Func<NetworkDefinition> Define, string Sentence)> TooLarge =>
    [
        (() => Define(5_000_000, [4]), "5,000,000 time steps are not possible; 1 to 1,000 are."),
        (() => Define(1_001, [4]), "1,001 time steps are not possible; 1 to 1,000 are."),
        (() => Define(10_001, [4], hasTimeAxis: true),
            "10,001 time steps are not possible; 1 to 10,000 are, brought by rows."),
        (() => Define(1, [40_000_000]),
            "The input shape [40000000] has 40,000,000 values; at most 33,554,432 are possible."),
        (() => Define(1, [65_536, 65_536, 65_536, 65_536]),
            "The input shape [65536, 65536, 65536, 65536] has 9,223,372,036,854,775,807 values; at most 33,554,432 " +
            "are possible."),
        (() => Define(1, [1, 1, 1, 1, 1, 1, 1, 1, 1]),
            "The input shape [1, 1, 1, 1, 1, 1, 1, 1, … (9 lengths)] is not possible; it needs 1 to 8 lengths, " +
            "each at least 1."),
        (() => Define(500, [1 << 20], hasTimeAxis: true),
            "A row has 524,288,000 values over 500 time steps; at most 268,435,456 are possible. Lower the number " +
            "of time steps or the size of the rows."),
        (() => Image(4, Convolution(kernel: 1, padding: 10_000)),
            "Layer 'conv': a kernel of 1x1 with stride 1x1 and padding 10000x10000 makes an image of 400,160,016 " +
            "pixels, 1 channels each, of [1, 4, 4] Constant; at most 67,108,864 values are possible. Lower the " +
            "padding."),
        (() => Image(4, Convolution(kernel: 1, padding: int.MaxValue)),
            "Layer 'conv': a kernel of 1x1 with stride 1x1 and padding 2147483647x2147483647 makes an image of " +
            "9,223,372,036,854,775,807 pixels, 1 channels each, of [1, 4, 4] Constant; at most 67,108,864 values " +
            "are possible. Lower the padding."),
        (() => Image(1, new AdaptiveAveragePoolLayer("pool", 46_341)),
            "Layer 'pool': gives 2,147,488,281 values at each time step; at most 33,554,432 are possible."),
        (() => Image(1, new AdaptiveAveragePoolLayer("pool", int.MaxValue)),
            "Layer 'pool': gives 4,611,686,014,132,420,609 values at each time step; at most 33,554,432 are " +
            "possible."),
        (() => Image(1, new MaxPoolLayer("pool", int.MaxValue, 1, int.MaxValue / 2)),
            "Layer 'pool': a window of 2147483647x2147483647 with stride 1x1 and padding 1073741823x1073741823 " +
            "makes an image of 4,611,686,014,132,420,609 pixels, 1 channels each, of [1, 1, 1] Constant; at most " +
            "67,108,864 values are possible. Lower the padding."),
        (OutOfBounds, "Layer 'pool': gives 715,830,025 values at each time step; at most 33,554,432 are possible."),
        (OutOfBoundsKernel, Exploit),
        (() => Image(1_000, Convolution(kernel: 1, outputs: 100)),
            "Layer 'conv': gives 100,000,000 values at each time step; at most 33,554,432 are possible."),
        (() => Define(1_000, [1, 600, 600], new NeuronLayer("neuron", new IfNeuron())),
            "Layer 'neuron': gives 360,000,000 values for a row over 1,000 time steps; at most 268,435,456 are " +
            "possible. Lower the number of time steps, the layer's size, or that of what arrives at it."),
        (() => Define(1, [32, 1_024, 1_024], new NeuronLayer("first", new IfNeuron()),
            new ConvolutionLayer("conv", 32, 1, 1, 1, 0)),
            "Layer 'conv': needs 337,641,520 floats of working memory for a row; at most 268,435,456 are " +
            "possible. Lower the number of time steps, the layer's size, or that of what arrives at it."),
        (() => Image(4_000, Convolution(kernel: 2_001, padding: 1_000)),
            "Layer 'conv': brings the network to 64,064,016,000,000 products for a row; at most 4,398,046,511,104 " +
            "are possible. Lower the number of time steps, the layer's size, or that of what arrives at it."),
        (() => Define(1, [1 << 20], new LinearLayer("fc1", 1 << 20, 512)),
            "Layer 'fc1': its array 'fc1.weight' has the shape [512, 1048576], 2,147,483,648 bytes; an array must " +
            "stay below 2 GiB. Lower its 512 outputs or its 1,048,576 inputs, which for the first layer are the " +
            "features (the number of bits of a hashing transform, say)."),
        (() => Image(1, new ConvolutionLayer("conv", 1, 1 << 17, 64, 1, 32, groups: 1)),
            "Layer 'conv': its array 'conv.weight' has the shape [131072, 1, 64, 64], 2,147,483,648 bytes; an array " +
            "must stay below 2 GiB. Lower its channels or its kernel."),
        (() => Image(1, new ResidualLayer("block", [new NeuronLayer("neuron", null!)], [])),
            "Layer 'neuron': has no neuron."),
        (() => Define(1, [4], [.. Enumerable.Range(0, 5_000).Select(i => new DropoutLayer($"d{i}", 0.5))]),
            "The network has more than 4,096 layers."),
        (() => Define(1, [4], Nested(33)), "Residual layers lie more than 32 deep inside one another."),
        (() => Define(1, [4], new DropoutLayer(new string('x', 129), 0.5)),
            "The layer at index 0 is named " +
            $"'{new string('x', 80)}… (129 characters)'; " +
            "names must be unique, not empty, and of at most 128 characters."),
        (() => new([4], 1, new DirectEncoder(), [new LinearLayer("output", 4, 2_000_000)], 2_000_000),
            "2,000,000 classes are not possible; 2 to 1,048,576 are."),
    ];

    /// <summary>Layers inside residual layers are held to the same limits.</summary>
    public static IEnumerable<(Func<NetworkDefinition> Define, string Sentence)> InsideABlock =>
    [
        (() => Image(1, Block(new AdaptiveAveragePoolLayer("pool", 40_000))),
            "Layer 'pool': gives 1,600,000,000 values at each time step; at most 33,554,432 are possible."),
        (() => Image(4_000, new ResidualLayer("block", [Convolution(kernel: 2_001, padding: 1_000)], [])),
            "Layer 'conv': brings the network to 64,064,016,000,000 products for a row; at most 4,398,046,511,104 " +
            "are possible. Lower the number of time steps, the layer's size, or that of what arrives at it."),
    ];

    [TestMethod]
    public void Bind_VggOnEventsOfDvsGesture_TakesAHundredSteps() => Assert.AreEqual(100, new VggSnn()
        .Bind(Bindings.Image(2, 128) with { HasTimeAxis = true, TimeSteps = 100 }).TimeSteps);

    [TestMethod]
    [DynamicData(nameof(TooLarge))]
    [DynamicData(nameof(InsideABlock))]
    public void Create_BeyondALimit_SaysWhichAndWhere(Func<NetworkDefinition> define, string sentence)
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(() => define()).Message;

        Assert.AreEqual(sentence, message);
        Assert.IsLessThan(700, message.Length);
    }

    /// <summary>Networks that reach a limit exactly and have no other fault than the number of classes.</summary>
    public static IEnumerable<(Func<NetworkDefinition> Define, string End)> AtALimit =>
    [
        (() => Define(1_000, [4]), "[4] Constant"),
        (() => Define(10_000, [4], hasTimeAxis: true), "[4] Graded"),
        (() => Define(1, [1 << 25]), "[33554432] Constant"),
        (() => Define(1, [1, 1, 1, 1, 1, 1, 1, 3]), "[1, 1, 1, 1, 1, 1, 1, 3] Constant"),
        (() => Define(128, [1 << 20], hasTimeAxis: true), "[1048576] Graded"),
        (() => Define(128, [1 << 20], new NeuronLayer("neuron", new IfNeuron())), "[1048576] Graded"),
        (() => Image(4, new ConvolutionLayer("conv", 1, 1, 1, 2, 4_094)), "[1, 4096, 4096] Constant"),
        (() => Image(1, new AdaptiveAveragePoolLayer("pool", new(4_096, 8_192))), "[1, 4096, 8192] Constant"),
        (() => Define(1, [256_999], new LinearLayer("fc", 256_999, 2_089, hasBias: false)), "[2089] Constant"),
        (() => Define(4, [1 << 25], new NeuronLayer("neuron", new IfNeuron()), new LinearLayer("fc", 1 << 25, 3)),
            "[3] Graded"),
        (() => Define(1, [4], [.. Enumerable.Range(0, 4_095).Select(i => new DropoutLayer($"d{i}", 0.5))]),
            "[4] Constant"),
        (() => Define(1, [4], Nested(32)), "[4] Constant"),
        (() => Define(1, [4], new DropoutLayer(new string('x', 128), 0.5)), "[4] Constant"),
    ];

    [TestMethod]
    [DynamicData(nameof(AtALimit))]
    public void Create_AtALimit_IsOnlyRefusedForItsClasses(Func<NetworkDefinition> define, string end) =>
        Assert.AreEqual($"The network ends in {end}, but 2 classes need a vector of 2 values.",
        Assert.ThrowsExactly<NetworkDefinitionException>(() => define()).Message);

    [TestMethod]
    public void Create_MostClasses_IsAccepted() => Assert.AreEqual(1 << 20,
        new NetworkDefinition(
            [1], 1, new DirectEncoder(), [new LinearLayer("output", 1, 1 << 20)], 1 << 20).ClassCount);

    /// <summary>
    /// The largest published networks: on large images, on event frames of 60 steps, on a million words.
    /// </summary>
    [TestMethod]
    public void Create_LargePublishedNetworks_AreAccepted()
    {
        NetworkBinding image =
            new([3, 224, 224], 1_000, TimeSteps: 10, new DirectEncoder(), new ClifNeuron(), Dropout: 0.1);
        foreach (NetworkTemplate template in new NetworkTemplate[]
        {
            new SpikingVgg(19), new SpikingResNet(152), new SpikingResNet(34), new ConvNet(), new Snn5(),
                new Mlp(2_048, 4_096),
        })
        {
            Assert.AreEqual(1_000, template.Bind(image).ClassCount);
        }
        NetworkBinding events = image with { InputShape = [2, 128, 128], TimeSteps = 60, HasTimeAxis = true };
        Assert.AreEqual(60, new VggSnn().Bind(events).TimeSteps);
        NetworkBinding words = image with { InputShape = [1 << 20], ClassCount = 5 };
        Assert.AreEqual(1 << 20, new Mlp(256).Bind(words).InputSize);
    }

    [TestMethod]
    public void Product_OfAnyTwoSizes_IsExactOrTheLargest()
    {
        long[] sizes =
            [0, 1, 3, int.MaxValue, 1L << 32, (1L << 32) + 1, 3_037_000_500, long.MaxValue / 2, long.MaxValue];
        foreach (long left in sizes)
        {
            foreach (long right in sizes)
            {
                Int128 exact = (Int128)left * right;
                Assert.AreEqual(exact > long.MaxValue ? long.MaxValue : (long)exact, Shapes.Product(left, right));
            }
        }
        Assert.AreEqual(long.MaxValue, Shapes.Product(-1, 5));
    }

    // Used to lead scorers out of their buffers: the rows of the kernel times 8 do not fit into 32 bits.
    private static NetworkDefinition OutOfBounds() => Image(1, new AdaptiveAveragePoolLayer("pool", 26_755),
        new ConvolutionLayer("conv", 1, 1, new Extent(268_435_456, 1), 1 << 30, new Extent(134_204_351, 0)));

    private static NetworkDefinition OutOfBoundsKernel() => Image(5_000,
        new ConvolutionLayer("conv", 1, 1, new Extent(268_435_456, 1), 1 << 30, new Extent(134_215_228, 0)));

    private static ConvolutionLayer Convolution(int kernel, int padding = 0, int outputs = 1) =>
        new("conv", 1, outputs, kernel, 1, padding);

    private static ResidualLayer Block(Layer layer) =>
        new("block", [layer], [new AdaptiveAveragePoolLayer("short", 1)]);

    private static Layer Nested(int depth) =>
        depth == 0 ? new DropoutLayer("d", 0.5) : new ResidualLayer($"r{depth}", [Nested(depth - 1)], []);

    private static NetworkDefinition Image(int side, params Layer[] layers) => Define(1, [1, side, side], layers);

    private static NetworkDefinition Define(int timeSteps, int[] shape, params Layer[] layers) =>
        Define(timeSteps, shape, hasTimeAxis: false, layers);

    private static NetworkDefinition Define(int timeSteps, int[] shape, bool hasTimeAxis, params Layer[] layers) =>
        new(shape, timeSteps, new DirectEncoder(), [.. layers, new AffineLayer("last", 1)], 2, hasTimeAxis);
}
