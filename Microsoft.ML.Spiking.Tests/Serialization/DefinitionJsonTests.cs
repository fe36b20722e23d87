using System.Reflection;
using System.Text;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Tests.Networks;

namespace Microsoft.ML.Spiking.Tests.Serialization;

[TestClass]
public sealed class DefinitionJsonTests
{
    private const string NoFormat =
        "does not start with the format \"Microsoft.ML.Spiking.Network\" and a version.";

    private const string Unknown = ", which this version of Microsoft.ML.Spiking does not know as ";

    private const string Newer = "; it is damaged, or was written by a newer version.";

    private const string Convolution = """
        {
          "format": "Microsoft.ML.Spiking.Network", "version": 1,
          "network": {
            "inputShape": [1, 2, 2], "timeSteps": 2, "classCount": 3, "encoder": { "type": "direct" },
            "layers": [
              {
                "type": "convolution", "name": "conv", "inputChannels": 1, "outputChannels": 2,
                "kernel": { "height": 2, "width": 2 }, "stride": { "height": 1, "width": 1 },
                "padding": { "height": 0, "width": 0 }
              },
              { "type": "flatten", "name": "flat" },
              { "type": "linear", "name": "output", "inputs": 2, "outputs": 3 }
            ]
          }
        }
        """;

    private const string Damaged = "is damaged, or was written by a newer version: ";

    private const string Impossible = "describes a network that cannot exist: ";

    [TestMethod]
    public void Read_WhatWasWritten_GivesAnEqualDefinition()
    {
        NeuronDefinition[] neurons =
        [
            new ClifNeuron(),
            new LifNeuron { MembraneTimeConstant = 3.5, Threshold = 0.75, ResetPotential = -0.25, DecayInput = true },
            new PlifNeuron { DetachReset = true, Surrogate = new AtanSurrogate(2.5) },
        ];
        foreach (NeuronDefinition neuron in neurons)
        {
            NetworkDefinition written = SmallNetworks.Small(neuron, dropout: 0.25);

            NetworkDefinition read = DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written)));

            Assert.AreSequenceEqual(written.InputShape.ToArray(), read.InputShape.ToArray());
            LayerAssert.AreEqual(written.Layers, read.Layers);
            Assert.AreEqual(written.TimeSteps, read.TimeSteps);
            Assert.AreEqual(written.ClassCount, read.ClassCount);
            Assert.AreEqual(written.Encoder, read.Encoder);
        }
    }

    [TestMethod]
    public void Write_PixelOrder_IsThereWhereItIsNotPlanar()
    {
        NetworkBinding binding = Bindings.Image(3, 8);
        string planar = Encoding.UTF8.GetString(DefinitionJson.Write(new ConvNet(2).Bind(binding)));
        byte[] interleaved =
            DefinitionJson.Write(new ConvNet(2).Bind(binding with { PixelOrder = PixelOrder.Interleaved }));

        Assert.DoesNotContain("pixelOrder", planar);
        Assert.Contains("\"pixelOrder\": \"Interleaved\"", Encoding.UTF8.GetString(interleaved));
        Assert.AreEqual(PixelOrder.Interleaved, DefinitionJson.Read(new MemoryStream(interleaved)).PixelOrder);
    }

    [TestMethod]
    public void Read_EveryKindOfLayer_GivesAnEqualDefinition()
    {
        NetworkDefinition written = new([3, 12, 12], 2, new DirectEncoder(),
            [
                new AffineLayer("input", 3),
                new ConvolutionLayer("conv", 3, 4, new Extent(3, 2), new Extent(2, 1), new Extent(1, 0), groups: 1,
                    hasBias: false)
                {
                    InitialWeights = WeightDistribution.FanOutNormal,
                    ZeroBias = true,
                },
                new BatchNormLayer("norm", 4, BatchNormMode.AcrossTime, 1e-3, 0.2),
                new NeuronLayer("neuron", new ClifNeuron()),
                new MaxPoolLayer("max", 2, 1, 1),
                new ResidualLayer("outer",
                    [
                        new ResidualLayer("inner", [new ConvolutionLayer("deep", 4, 4, 1, 1, 0)], []),
                        new DropoutLayer("drop", 0.5),
                    ],
                    [new BatchNormLayer("short", 4)]),
                new AveragePoolLayer("average", 2, 2),
                new AdaptiveAveragePoolLayer("adaptive", new Extent(2, 3)),
                new FlattenLayer("flat"),
                new LinearLayer("output", 24, 3) { ZeroBias = true },
            ], 3, hasTimeAxis: true);

        NetworkDefinition read = DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written)));

        LayerAssert.AreEqual(written.Layers, read.Layers);
        Assert.AreSequenceEqual(written.Parameters.Select(spec => spec.Name).ToArray(),
            read.Parameters.Select(spec => spec.Name).ToArray());
        Assert.IsTrue(read.HasTimeAxis);
        string text = Encoding.UTF8.GetString(DefinitionJson.Write(written));
        foreach (Type layer in typeof(Layer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract))
        {
            Assert.Contains(layer, written.AllLayers.Select(known => known.GetType()));
        }
        Assert.Contains("\"mode\": \"AcrossTime\"", text);
    }

    [TestMethod]
    public void Read_EveryEncoder_GivesAnEqualOne()
    {
        InputEncoder[] encoders = [new PoissonEncoder { Rate = 0.5, Seed = -3 }, new LatencyEncoder()];
        foreach (InputEncoder encoder in encoders)
        {
            NetworkDefinition written = new([4], 2, encoder, [new LinearLayer("output", 4, 3)], 3);

            Assert.AreEqual(encoder, DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written))).Encoder);
        }
    }

    /// <summary>The reader names types and members by hand: a new one must be given to it.</summary>
    [TestMethod]
    public void Read_EveryNeuronWithEverySurrogate_GivesAnEqualOne()
    {
        SurrogateGradient[] surrogates = [.. Types(typeof(SurrogateGradient)).Select(type =>
            (SurrogateGradient)Activator.CreateInstance(type, 0.75)!)];
        foreach (Type type in Types(typeof(NeuronDefinition)))
        {
            foreach (SurrogateGradient surrogate in surrogates)
            {
                var neuron = (NeuronDefinition)Activator.CreateInstance(type)!;
                foreach (PropertyInfo property in type.GetProperties().Where(property => property.CanWrite))
                {
                    property.SetValue(neuron, Unusual(property.PropertyType, surrogate));
                }
                NetworkDefinition written = new([4], 2, new DirectEncoder(),
                    [new NeuronLayer("neuron", neuron), new LinearLayer("output", 4, 3)], 3);

                NetworkDefinition read = DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written)));

                Assert.AreEqual(neuron, ((NeuronLayer)read.Layers[0]).Neuron);
            }
        }
    }

    [TestMethod]
    public void Read_EveryValueOfAChoice_IsTheOneThatWasWritten()
    {
        foreach (BatchNormMode mode in Enum.GetValues<BatchNormMode>())
        {
            Assert.AreEqual(mode, ReadLayer(new BatchNormLayer("norm", 4, mode)).Mode);
        }
        foreach (WeightDistribution weights in Enum.GetValues<WeightDistribution>())
        {
            Assert.AreEqual(weights,
                ReadLayer(new LinearLayer("fc", 4, 4) { InitialWeights = weights }).InitialWeights);
        }
        foreach (PixelOrder order in Enum.GetValues<PixelOrder>())
        {
            NetworkDefinition written = new ConvNet(2).Bind(Bindings.Image(3, 8) with { PixelOrder = order });
            Assert.AreEqual(order, DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written))).PixelOrder);
        }
    }

    /// <summary>Optional members of a document have the defaults of the constructors.</summary>
    [TestMethod]
    public void Read_OnlyWhatMustBeThere_GivesTheDefaults()
    {
        NetworkDefinition read = Read("""
            {
              "format": "Microsoft.ML.Spiking.Network", "version": 1,
              "network": {
                "inputShape": [4], "timeSteps": 2, "classCount": 3, "encoder": { "type": "poisson" },
                "layers": [
                  { "type": "batchNorm", "name": "norm", "channels": 4 },
                  { "type": "neuron", "name": "neuron", "neuron": { "type": "klif" } },
                  { "type": "linear", "name": "output", "inputs": 4, "outputs": 3 }
                ]
              }
            }
            """);

        Assert.AreEqual(new PoissonEncoder(), read.Encoder);
        LayerAssert.AreEqual(
            [new BatchNormLayer("norm", 4), new NeuronLayer("neuron", new KlifNeuron()),
                new LinearLayer("output", 4, 3)],
            read.Layers);
        Assert.IsFalse(read.HasTimeAxis);
        Assert.AreEqual(PixelOrder.Planar, read.PixelOrder);
    }

    [TestMethod]
    public void Read_ConvolutionWithOnlyWhatMustBeThere_HasTheDefaults() => LayerAssert.AreEqual(
        [new ConvolutionLayer("conv", 1, 2, 2, 1, 0), new FlattenLayer("flat"), new LinearLayer("output", 2, 3)],
        Read(Convolution).Layers);

    [TestMethod]
    public void Read_UnknownMemberOfAKernel_IsNamed() => Assert.AreEqual(
        $"The network's definition {Damaged}a kernel has the unknown member 'depth'.",
        Assert.ThrowsExactly<FormatException>(() => Read(Convolution.Replace(
            "\"height\": 2", "\"height\": 2, \"depth\": 3", StringComparison.Ordinal))).Message);

    [TestMethod]
    public void Write_WhatOlderVersionsDoNotKnow_IsLeftOutWhereItSaysNothing()
    {
        string text = Text();

        Assert.DoesNotContain("hasTimeAxis", text);
        Assert.DoesNotContain("initialWeights", text);
        Assert.DoesNotContain("zeroBias", text);
    }

    [TestMethod]
    public void Write_Definition_IsReadableJsonWithFormatAndVersion()
    {
        string text = Encoding.UTF8.GetString(DefinitionJson.Write(SmallNetworks.Small()));

        Assert.Contains("\"format\": \"Microsoft.ML.Spiking.Network\"", text);
        Assert.Contains("\"version\": 1", text);
        Assert.Contains("\"type\": \"clif\"", text);
        Assert.Contains("\"timeSteps\": 2", text);
    }

    [TestMethod]
    public void Read_TypeAfterOtherProperties_IsAccepted()
    {
        string text = Text().Replace("\"type\": \"direct\"", "\"unused\": 0", StringComparison.Ordinal)
            .Replace("\"unused\": 0", "\"type\": \"direct\"", StringComparison.Ordinal);
        text = text.Replace("\"type\": \"dropout\",", "", StringComparison.Ordinal)
            .Replace("\"rate\": 0.25,", "\"rate\": 0.25, \"type\": \"dropout\",", StringComparison.Ordinal);

        NetworkDefinition read = Read(text);

        Assert.IsInstanceOfType<DropoutLayer>(read.Layers[2]);
    }

    [TestMethod]
    [DataRow("\"type\": \"clif\"", "\"type\": \"ultra\"", "uses the type 'ultra'" + Unknown + "a neuron" + Newer)]
    [DataRow("\"type\": \"linear\"", "\"type\": \"attention\"",
        "uses the type 'attention'" + Unknown + "a layer" + Newer)]
    [DataRow("\"type\": \"atan\"", "\"type\": \"bell\"",
        "uses the type 'bell'" + Unknown + "a surrogate gradient" + Newer)]
    [DataRow("\"type\": \"direct\"", "\"type\": \"rank\"", "uses the type 'rank'" + Unknown + "an encoder" + Newer)]
    [DataRow("\"version\": 1", "\"version\": 2",
        "has the format version 2; this version of Microsoft.ML.Spiking reads up to 1. " +
            "The model was saved by a newer version: update the package.")]
    [DataRow("\"version\": 1", "\"version\": \"1\"", NoFormat)]
    [DataRow("\"version\": 1", "\"version\": 1.5", NoFormat)]
    [DataRow("\"version\": 1", "\"version\": 0", NoFormat)]
    [DataRow("\"version\"", "\"revision\"", NoFormat)]
    [DataRow("Spiking.Network", "Spiking.Wetwork", NoFormat)]
    [DataRow("\"format\"", "\"formal\"", NoFormat)]
    [DataRow("\"Microsoft.ML.Spiking.Network\"", "7", NoFormat)]
    [DataRow("\"network\"", "\"netwurk\"", "has no network.")]
    [DataRow("\"threshold\": 1", "\"threshold\": -1",
        Impossible + "Layer 'neuron1': ClifNeuron.Threshold is -1; it " +
        "must be a finite number greater than 0, in float32 too.")]
    [DataRow("\"timeSteps\": 2", "\"timeSteps\": 0", Impossible + "0 time steps are not possible; 1 to 1,000 are.")]
    [DataRow("\"timeSteps\": 2", "\"timeSteps\": 2, \"delays\": 7",
        Damaged + "a network has the unknown member 'delays'.")]
    [DataRow("\"timeSteps\": 2,", "", Damaged + "a network lacks the member 'timeSteps'.")]
    [DataRow("\"type\": \"direct\"", "\"type\": \"direct\", \"seed\": 1",
        Damaged + "an encoder has the unknown member 'seed'.")]
    [DataRow("\"name\": \"fc2\"", "\"name\": \"fc1\"",
        Impossible + "The layer at index 3 is named 'fc1'; names must be unique, not empty, and of " +
            "at most 128 characters.")]
    [DataRow("\"name\": \"fc2\"", "\"name\": null",
        Damaged + "the member 'name' of a layer is of another kind than expected.")]
    [DataRow("\"outputs\": 5", "\"outputs\": 6",
        Impossible + "Layer 'fc2': expects a vector of 5 values and is given [6] Spikes.")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5, \"sparsity\": 0.5",
        Damaged + "a layer has the unknown member 'sparsity'.")]
    [DataRow("\"threshold\": 1", "\"threshold\": 1, \"refractory\": 2",
        Damaged + "a neuron has the unknown member 'refractory'.")]
    [DataRow("\"alpha\": 2", "\"alpha\": 2, \"beta\": 2",
        Damaged + "a surrogate gradient has the unknown member 'beta'.")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5.5",
        Damaged + "the member 'outputs' of a layer holds something else than a whole number from " +
            "-2147483648 to 2147483647.")]
    [DataRow("\"outputs\": 5", "\"outputs\": \"5\"",
        Damaged + "the member 'outputs' of a layer is of another kind than expected.")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5000000000",
        Damaged + "the member 'outputs' of a layer holds something else than a whole number from " +
            "-2147483648 to 2147483647.")]
    [DataRow("\"threshold\": 1", "\"threshold\": true",
        Damaged + "the member 'threshold' of a neuron is of another kind than expected.")]
    [DataRow("\"detachReset\": false", "\"detachReset\": 0",
        Damaged + "the member 'detachReset' of a neuron is of another kind than expected.")]
    [DataRow("\"type\": \"dropout\",", "", Damaged + "a layer lacks the member 'type'.")]
    [DataRow("\"type\": \"neuron\"", "\"type\": \"clif\"", "uses the type 'clif'" + Unknown + "a layer" + Newer)]
    public void Read_ChangedDocument_SaysWhatIsWrong(string before, string after, string sentence)
    {
        string text = Text();
        Assert.Contains(before, text);

        FormatException exception = Assert.ThrowsExactly<FormatException>(
            () => Read(text.Replace(before, after, StringComparison.Ordinal)));

        Assert.AreEqual($"The network's definition {sentence}", exception.Message);
    }

    [TestMethod]
    public void Read_MemberTwice_SaysThatItIsDamaged() => Assert.StartsWith(
        $"The network's definition {Damaged}Duplicate", Assert.ThrowsExactly<FormatException>(() => Read(Text().Replace(
            "\"timeSteps\": 2", "\"timeSteps\": 2, \"timeSteps\": 3", StringComparison.Ordinal))).Message);

    [TestMethod]
    [DataRow("")]
    [DataRow("{")]
    [DataRow("[]")]
    [DataRow("null")]
    [DataRow("\0\0\0\0")]
    public void Read_NoDocument_ThrowsFormatException(string text) =>
        Assert.ThrowsExactly<FormatException>(() => Read(text));

    [TestMethod]
    [TestCategory(SlowTests.Category)]
    public void Read_EveryTruncation_ThrowsFormatException()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Text().TrimEnd());
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.ThrowsExactly<FormatException>(() => DefinitionJson.Read(new MemoryStream(bytes, 0, length)),
                $"{length} bytes");
        }
    }

    [TestMethod]
    [TestCategory(SlowTests.Category)]
    public void Read_EveryChangedByte_ThrowsFormatExceptionOrGivesANetwork()
    {
        byte[] bytes = DefinitionJson.Write(SmallNetworks.Small());
        int refused = 0;
        for (int position = 0; position < bytes.Length; position++)
        {
            foreach (byte value in new byte[] { 0, 0xFF, (byte)(bytes[position] ^ 1), (byte)'9', (byte)'\\' })
            {
                byte[] changed = [.. bytes];
                changed[position] = value;
                try
                {
                    // A digit may become another: that is for the checksum to find.
                    Assert.AreEqual(3, DefinitionJson.Read(new MemoryStream(changed)).ClassCount);
                }
                catch (FormatException)
                {
                    refused++;
                }
            }
        }
        Assert.IsGreaterThan(bytes.Length, refused);
    }

    [TestMethod]
    public void Read_TwoLayersOfOneName_NamesTheLayer()
    {
        var definition = new NetworkDefinition([2], 1, new DirectEncoder(),
        [
            new LinearLayer("a", 2, 2),
            new NeuronLayer("n", new PlifNeuron()),
            new NeuronLayer("m", new PlifNeuron()),
            new LinearLayer("b", 2, 2),
        ], 2);
        string text = Encoding.UTF8.GetString(DefinitionJson.Write(definition));

        FormatException exception = Assert.ThrowsExactly<FormatException>(
            () => Read(text.Replace("\"name\": \"m\"", "\"name\": \"n\"", StringComparison.Ordinal)));

        Assert.Contains("'n'", exception.Message);
    }

    [TestMethod]
    public void Read_EndlessStream_StopsAtTheLimit()
    {
        FormatException exception =
            Assert.ThrowsExactly<FormatException>(() => DefinitionJson.Read(new EndlessStream()));

        Assert.Contains("longer than", exception.Message);
    }

    /// <summary>A name of ten million characters costs its own length and is cut where it is quoted.</summary>
    [TestMethod]
    [DataRow("\"type\": \"clif\"", "\"type\": \"#\"")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5, \"#\": 1")]
    [DataRow("\"name\": \"fc2\"", "\"name\": \"#\"")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5, \"#\": 1, \"#\": 1")]
    public void Read_EndlessText_IsQuotedInPart(string before, string after)
    {
        string text = Text();
        Assert.Contains(before, text);
        text = text.Replace(before, after.Replace("#", new string('x', 1_000_000), StringComparison.Ordinal),
            StringComparison.Ordinal);

        FormatException exception = Assert.ThrowsExactly<FormatException>(() => Read(text));

        Assert.IsLessThan(700, exception.Message.Length);
    }

    [TestMethod]
    public void Read_MoreThanTheLongestDefinition_IsRefusedAndAllocatesLittle()
    {
        byte[] bytes = Encoding.UTF8
            .GetBytes(Text().Replace("\"fc2\"", $"\"{new string('x', 10_000_000)}\"", StringComparison.Ordinal));
        long before = GC.GetAllocatedBytesForCurrentThread();

        string message =
            Assert.ThrowsExactly<FormatException>(() => DefinitionJson.Read(new MemoryStream(bytes))).Message;

        Assert.Contains("longer than 4,194,304 bytes", message);
        Assert.IsLessThan(20L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>The deepest network that may be built can be written and read.</summary>
    [TestMethod]
    public void Read_DeepestNesting_GivesAnEqualDefinition()
    {
        Layer inner = new NeuronLayer("neuron", new ClifNeuron());
        for (int i = 0; i < 32; i++)
        {
            inner = new ResidualLayer($"r{i}", [inner], []);
        }
        NetworkDefinition written = new([4], 2, new DirectEncoder(), [inner, new LinearLayer("output", 4, 3)], 3);

        LayerAssert.AreEqual(written.Layers,
            DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written))).Layers);
    }

    private static IEnumerable<Type> Types(Type kind) =>
        kind.Assembly.GetTypes().Where(type => type.IsSubclassOf(kind) && !type.IsAbstract);

    // None is a default.
    private static object Unusual(Type type, SurrogateGradient surrogate) =>
        type == typeof(bool) ? true
        : type == typeof(double) ? 1.75
        : type == typeof(double?) ? -0.5
        : type == typeof(SurrogateGradient) ? surrogate
        : throw new NotSupportedException($"A neuron has a member of the new type {type}.");

    private static TLayer ReadLayer<TLayer>(TLayer layer) where TLayer : Layer
    {
        NetworkDefinition written = new([4], 2, new DirectEncoder(), [layer, new LinearLayer("output", 4, 3)], 3);
        return (TLayer)DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written))).Layers[0];
    }

    private static string Text() => Encoding.UTF8.GetString(DefinitionJson.Write(SmallNetworks.Small(dropout: 0.25)));

    private static NetworkDefinition Read(string text) =>
        DefinitionJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));
}
