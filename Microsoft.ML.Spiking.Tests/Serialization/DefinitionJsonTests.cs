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
                new RestorationLayer("restored", [new LinearLayer("r1", 24, 8), new LinearLayer("r2", 8, 8)]),
                new PopulationLayer("fields", [.. Enumerable.Range(0, 24).Select(i => 1 + (i % 3))]),
                new TreeLayer("trees", 48, 2, [0, 47, 3, 3]),
                new LinearLayer("output", 50, 3) { ZeroBias = true },
            ], 3, hasTimeAxis: true);

        NetworkDefinition read = DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written)));

        LayerAssert.AreEqual(written.Layers, read.Layers);
        Assert.AreSequenceEqual(written.Parameters.Select(spec => spec.Name).ToArray(),
            read.Parameters.Select(spec => spec.Name).ToArray());
        Assert.IsTrue(read.HasTimeAxis);
        string text = Encoding.UTF8.GetString(DefinitionJson.Write(written));
        // Layers that want vectors, and an input that is the same at every step.
        NetworkDefinition walking = new([4], 2, new DirectEncoder(),
            [
                new FeedbackLayer("feedback", 4, threshold: 1.5, leak: 0.75, isAtEquilibrium: true),
                new GatedRecurrentLayer("gated", 4, 6, outputBits: 5, threshold: 2, hasRecurrentWeights: false),
                new RecurrentLayer("recurrent", 6, new LifNeuron()),
                new LinearLayer("output", 6, 3),
            ], 3);
        LayerAssert.AreEqual(walking.Layers,
            DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(walking))).Layers);
        foreach (Type layer in typeof(Layer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract))
        {
            Assert.Contains(layer, written.AllLayers.Concat(walking.AllLayers).Select(known => known.GetType()));
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

    /// <summary>The reader names types and members by hand: a new one must be added to it.</summary>
    [TestMethod]
    public void Read_EveryNeuronWithEverySurrogate_GivesAnEqualOne()
    {
        SurrogateGradient[] surrogates = [.. Types(typeof(SurrogateGradient)).Select(type =>
            (SurrogateGradient)Activator.CreateInstance(type, 0.75)!)];
        // An internal one is only in the checkpoints of a conversion, whose definition is compared, not read.
        foreach (Type type in Types(typeof(NeuronDefinition)).Where(type => type.IsPublic))
        {
            foreach (SurrogateGradient surrogate in surrogates)
            {
                var neuron = (NeuronDefinition)Activator.CreateInstance(type)!;
                foreach (PropertyInfo property in type.GetProperties().Where(property => property.CanWrite))
                {
                    property.SetValue(neuron, property.Name == nameof(SpikingNeuronDefinition.InitialPotential)
                        ? 0.25 : Unusual(property.PropertyType, surrogate));
                }
                if (neuron is SpikingNeuronDefinition spiking)
                {
                    // It excludes the reset potential.
                    SpikingNeuronDefinition soft = spiking with { ResetPotential = null };
                    Assert.AreEqual(soft, Neuron(new([4], 2, new DirectEncoder(),
                        [new NeuronLayer("neuron", soft), new LinearLayer("output", 4, 3)], 3)));
                    neuron = spiking with { InitialPotential = 0 };
                }
                NetworkDefinition written = new([4], 2, new DirectEncoder(),
                    [new NeuronLayer("neuron", neuron), new LinearLayer("output", 4, 3)], 3);

                Assert.AreEqual(neuron, Neuron(written));
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
        string text = Text().Replace("\"type\": \"dropout\",", "", StringComparison.Ordinal)
            .Replace("\"rate\": 0.25,", "\"rate\": 0.25, \"type\": \"dropout\",", StringComparison.Ordinal);

        NetworkDefinition read = Read(text);

        Assert.IsInstanceOfType<DropoutLayer>(read.Layers[2]);
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

    // None of these is a default.
    private static object Unusual(Type type, SurrogateGradient surrogate) =>
        type == typeof(bool) ? true
        : type == typeof(double) ? 1.75
        : type == typeof(double?) ? -0.5
        : type == typeof(int) || type == typeof(int?) ? 7
        : type == typeof(SurrogateGradient) ? surrogate
        : type == typeof(NeuronDefinition) ? new LifNeuron { Surrogate = surrogate }
        : throw new NotSupportedException($"A neuron has a member of the new type {type}.");

    private static NeuronDefinition Neuron(NetworkDefinition written) =>
        ((NeuronLayer)DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written))).Layers[0]).Neuron;

    private static TLayer ReadLayer<TLayer>(TLayer layer) where TLayer : Layer
    {
        NetworkDefinition written = new([4], 2, new DirectEncoder(), [layer, new LinearLayer("output", 4, 3)], 3);
        return (TLayer)DefinitionJson.Read(new MemoryStream(DefinitionJson.Write(written))).Layers[0];
    }

    private static string Text() => Encoding.UTF8.GetString(DefinitionJson.Write(SmallNetworks.Small(dropout: 0.25)));

    private static NetworkDefinition Read(string text) =>
        DefinitionJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));
}
