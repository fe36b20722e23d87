using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>Recomputing activations instead of keeping them changes nothing but the memory.</summary>
[TestClass]
public sealed class ActivationCheckpointingTests
{
    private static readonly ForwardPass Training = new() { IsTraining = true, Seed = 3, Epoch = 1 };

    public required TestContext TestContext { get; init; }

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    public static IEnumerable<NetworkTemplate> Templates =>
    [
        new Mlp(48, 32, 24),
        new ConvNet(4, 6),
        new NetworkBuilder()
            .Convolution(4, 3, padding: 1).BatchNorm().Neuron(new PlifNeuron()).Dropout()
            .Residual(
                main => main.Convolution(6, 3, padding: 1).BatchNorm().Neuron().Dropout().Convolution(6, 3, padding: 1),
                shortcut => shortcut.Convolution(6, 1))
            .BatchNorm().Neuron(new KlifNeuron())
            .Residual(main => main.Convolution(6, 3, padding: 1).BatchNorm().Neuron())
            .MaxPool(2).Flatten().Linear(9).BatchNorm().Neuron().Linear(5).Build(),
        new NetworkBuilder() // the first segment is constant to its end
            .Convolution(4, 3, padding: 1).BatchNorm().AveragePool(2).Flatten().Build(),
    ];

    private static readonly Dictionary<string, TrainingSettings> Trainings = new()
    {
        ["plain"] = Toy.Settings,
        ["accumulated, clipped"] = Toy.Settings with { GradientAccumulation = 3, GradientClipping = 0.5 },
        ["bfloat16"] = Toy.Settings with { Precision = TrainingPrecision.BFloat16 },
    };

    public static IEnumerable<string> Names => Trainings.Keys;

    /// <summary>Allows products in bfloat16 on every processor.</summary>
    [TestInitialize]
    public void Round() => BFloat16Products.Given = true;

    [TestCleanup]
    public void Restore() => BFloat16Products.Given = null;

    [TestMethod]
    [DynamicData(nameof(Templates))]
    public void Backward_InSegments_GivesTheSameGradientsBitForBit(NetworkTemplate template)
    {
        foreach (BatchNormMode mode in Enum.GetValues<BatchNormMode>())
        {
            foreach (bool hasTimeAxis in new[] { false, true })
            {
                foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64 })
                {
                    AssertSame(template.Bind(Bindings.Image(2, 8, dropout: 0.25) with
                    {
                        TimeSteps = 3,
                        Neuron = new ClifNeuron { Threshold = 0.2 }, // so that the last layer fires, too
                        BatchNorm = mode,
                        HasTimeAxis = hasTimeAxis,
                        InputNormalization = new RootMeanSquareNormalization(),
                    }), type);
                }
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Run_InSegments_EndsWithTheSameWeightsAndMeasures(string name)
    {
        TrainingSettings settings = Trainings[name] with { Epochs = 3 };
        NetworkDefinition network = new NetworkBuilder()
            .Convolution(4, 3, padding: 1).BatchNorm().Neuron().Dropout()
            .Convolution(4, 3, padding: 1).BatchNorm().Neuron().Dropout().Build()
            .Bind(Bindings.Image(2, 2, dropout: 0.2));

        TrainingOutcome expected = Toy.Train(settings, Toy.Rows(100), Toy.Rows(60, seed: 6), network: network);
        TrainingOutcome actual = Toy.Train(
            settings with { ActivationCheckpointing = true }, Toy.Rows(100), Toy.Rows(60, seed: 6), network: network);

        Assert.AreSequenceEqual(Toy.Flat(expected.Weights), Toy.Flat(actual.Weights), name);
        Sameness.AssertSame(expected.History, actual.History);
    }

    [TestMethod]
    public void Forward_InSegments_KeepsAFractionOfTheMemory()
    {
        if (!ResidentMemory.IsKnown)
        {
            Assert.Inconclusive("This system does not report resident memory.");
        }
        OwnProcess.Run(TestContext, () =>
        {
            // Six layers whose potentials and spikes take 16 MB each; what passes between segments is half of that.
            NetworkDefinition network =
                new Mlp(256, 256, 256, 256, 256, 256).Bind(Bindings.Of([8]) with { TimeSteps = 64 });
            double plain = KeptMegabytes(network, inSegments: false);
            double segments = KeptMegabytes(network, inSegments: true);
            Assert.IsGreaterThan(120, plain); // part of it is what the previous pass left in the heap
            Assert.IsLessThan(0.75 * plain, segments);
        });
    }

    [TestMethod]
    public void Segment_OnTheWayBack_RunsOnceMoreAsARepetition()
    {
        using DisposeScope scope = NewDisposeScope();
        var probe = new Probe();
        Tensor weight = tensor(new[] { 2f }).requires_grad_();
        Tensor input = tensor(new[] { 1f, 3f }, [1, 2]).requires_grad_();
        var segment = new TorchSegment(new TorchSequence([probe, new TorchAffine(weight, zeros(1))]), [weight]);

        Tensor output = segment.Forward(new(input, IsConstant: true), Training).Values;
        Assert.AreSequenceEqual([false], probe.Repetitions.ToArray());
        CallbackFaults.Backward((output * output).sum());

        Assert.AreSequenceEqual([false, true], probe.Repetitions.ToArray());
        Assert.AreSequenceEqual([8f, 24f], input.grad!.data<float>().ToArray());
        Assert.AreEqual(40f, weight.grad!.item<float>());
    }

    [TestMethod]
    [DataRow(true, 1)]
    [DataRow(true, 50)]
    [DataRow(false, 3)]
    [DataRow(false, 1_000_000)]
    public void RowSlices_OfAnySize_GiveWhatAllRowsTogetherGive(bool isConstant, int rowsInSlice)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64 }) // fused, and op by op
        {
            const int TimeSteps = 3, Rows = 7, RowSize = 2 * 5 * 6;
            Tensor input = Input(isConstant ? [Rows, 2, 5, 6] : [TimeSteps, Rows, 2, 5, 6], type);
            Tensor upstream = Input([TimeSteps, Rows, 2 * 2 * 3], type);
            using var tally = new SpikeTally(CPU);
            TorchSequence layers = new(
            [
                new TorchNeuronLayer("neuron", TimeSteps, TorchNeuron.Create(new ClifNeuron(), CPU, type), []),
                new TorchAveragePool(new AveragePoolLayer("pool", 2, 2)), new TorchDropout(0, 0.3),
                TorchRowMap.Flatten(),
            ]);
            var slices = new TorchRowSlices(layers, TimeSteps, [], valuesInSlice: rowsInSlice * TimeSteps * RowSize);

            var found = new List<(Tensor Output, Tensor Gradient, double Rate)>();
            foreach (TorchLayer way in new TorchLayer[] { layers, slices })
            {
                Tensor arriving = input.clone().requires_grad_();
                tally.Clear();
                Tensor output =
                    way.Forward(new(arriving, isConstant), Training with { FirstRow = 11, Spikes = tally }).Values;
                CallbackFaults.Backward((output * upstream).sum());
                found.Add((output, arriving.grad!, tally.Rates().Mean));
            }

            AssertEqual(found[0].Output, found[1].Output, "output");
            AssertEqual(found[0].Gradient, found[1].Gradient, "gradient");
            Assert.AreEqual(found[0].Rate, found[1].Rate);
            Assert.IsGreaterThan(0.05, found[0].Rate);
        }
    }

    [TestMethod]
    public void Of_PresetNetworks_CutsBehindNeuronsAndBlocks()
    {
        Assert.AreEqual(
            "conv1 norm1 neuron1 pool1 | conv2 norm2 neuron2 pool2 flatten1 output",
            Cut(new ConvNet(4, 6), 1, 8));
        Assert.AreEqual("fc1 neuron1 | fc2 neuron2 output", Cut(new Mlp(4, 4), 1, 8));
        Assert.StartsWith("conv1 norm1 neuron1 | residual1 norm3 neuron3 | residual2 norm5 neuron5 | ",
            Cut(new SpikingResNet(18), 3, 32));
        Assert.EndsWith(" | residual8 norm17 neuron17 pool1 flatten1 output", Cut(new SpikingResNet(18), 3, 32));
    }

    private static string Cut(NetworkTemplate template, int channels, int size) => string.Join(" | ",
        Segments.Of(template.Bind(Bindings.Image(channels, size)).Layers)
            .Select(segment => string.Join(' ', segment.Select(layer => layer.Name))));

    /// <summary>The memory that a training pass holds until its backward pass.</summary>
    private static double KeptMegabytes(NetworkDefinition definition, bool inSegments)
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchNetwork network = Network(definition, ScalarType.Float32, inSegments);
        Tensor input = Input([256, 8], ScalarType.Float32);
        network.Forward(input, Training).Dispose();
        double before = Trimmed();
        using Tensor logits = network.Forward(input, Training);
        return Trimmed() - before;

        // What the previous pass left in the heap is returned first; otherwise the heap would serve this pass from it.
        static double Trimmed()
        {
            _ = ResidentMemory.Megabytes();
            GlibcHeap.Trim();
            return ResidentMemory.MegabytesAsTheyAre();
        }
    }

    private static void AssertSame(NetworkDefinition definition, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchNetwork plain = Network(definition, type, inSegments: false);
        using TorchNetwork segments = Network(definition, type, inSegments: true);
        Tensor input = Input([4, .. definition.RowShape.Select(length => (long)length)], type);
        Tensor upstream = Input([3, 4, 3], type);
        for (int pass = 0; pass < 2; pass++)
        {
            Tensor[] logits =
            [
                .. new[] { plain, segments }.Select(
                    network => network.Forward(input, Training with { FirstRow = 4 * pass })),
            ];
            AssertEqual(logits[0], logits[1], "logits");
            CallbackFaults.Backward((logits[0] * upstream).sum());
            CallbackFaults.Backward((logits[1] * upstream).sum());
            foreach (ParameterSpec spec in definition.Parameters)
            {
                AssertEqual(plain.Parameters[spec.Name], segments.Parameters[spec.Name], spec.Name);
                if (spec.Role != ParameterRole.Buffer)
                {
                    AssertEqual(plain.Parameters[spec.Name].grad!, segments.Parameters[spec.Name].grad!,
                        $"gradient of {spec.Name}");
                    Assert.AreNotEqual(0, plain.Parameters[spec.Name].grad!.count_nonzero().item<long>(), spec.Name);
                }
            }
        }
    }

    private static TorchNetwork Network(NetworkDefinition definition, ScalarType type, bool inSegments)
    {
        var network = new TorchNetwork(definition, CPU, type, inSegments);
        network.Parameters.Import(WeightInitializer.Create(definition, seed: 5));
        return network;
    }

    private static Tensor Input(long[] shape, ScalarType type)
    {
        var random = new Random(11);
        double[] values =
            [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b))
                .Select(_ => (12 * random.NextDouble()) - 4)];
        return tensor(values, shape).to_type(type);
    }

    private static void AssertEqual(Tensor expected, Tensor actual, string what) =>
        Assert.IsTrue(expected.eq(actual).all().item<bool>(),
            $"{what}: differs by {(expected - actual).abs().max().ToDouble()}");

    private sealed class Probe : TorchLayer
    {
        public List<bool> Repetitions { get; } = [];

        public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
        {
            Repetitions.Add(pass.IsRepetition);
            return input;
        }
    }
}
