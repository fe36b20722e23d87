using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// Networks as on a CUDA device, whose kernels run on this processor, beside the same networks on the CPU.
/// </summary>
[TestClass]
public sealed class CudaNetworkTests
{
    private const int T = 3, Rows = 4, Classes = 5;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DataRow(BatchNormMode.PerTimeStep, false, false)]
    [DataRow(BatchNormMode.AcrossTime, false, true)]
    [DataRow(BatchNormMode.PerTimeStep, true, true)]
    [DataRow(BatchNormMode.AcrossTime, true, false)]
    public void Step_TrainingPass_AgreesWithTheCpu(BatchNormMode mode, bool isKlif, bool isDeferred)
    {
        SpikingNeuronDefinition neuron = isKlif ? new KlifNeuron() : new ClifNeuron();
        NetworkDefinition definition = Definition(mode, neuron);
        using DisposeScope scope = NewDisposeScope();
        using var expected = new Trained(definition, kernels: null);
        var driver = new HostDriver();
        using var found = new Trained(definition, CudaKernels.Open(driver, new HostCompiler(), 0));

        expected.Step(Pass(isDeferred), keepsCounts: true);
        found.Step(Pass(isDeferred), keepsCounts: true);

        AssertClose(expected.Logits, found.Logits, "logits");
        AssertParameters(expected, found);
        Assert.AreEqual(expected.Rates, found.Rates);
        Assert.ContainsSingle(call => call == "cuModuleGetFunction(norm_apply)", driver.Calls); // one is alone
    }

    /// <summary>
    /// Biases of a convolution, and of both paths of a residual layer; those of one inside of another are added.
    /// </summary>
    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    [DataRow(false, true)]
    public void Step_BiasesBeforeBatchNorm_MoveTheRunningMeanAlone(bool isDeferred, bool isCheckpointed)
    {
        var definition = new NetworkDefinition([2, 8, 8], T, new DirectEncoder(),
        [
            new ConvolutionLayer("conv0", 2, 8, kernel: 3, stride: 1, padding: 1),
            new BatchNormLayer("norm0", 8), new NeuronLayer("neuron0", new ClifNeuron()),
            new ResidualLayer("block",
                [new ConvolutionLayer("conv1", 8, 12, kernel: 3, stride: 1, padding: 1)],
                [new ConvolutionLayer("conv2", 8, 12, kernel: 1, stride: 1, padding: 0)]),
            new BatchNormLayer("norm1", 12), new NeuronLayer("neuron1", new ClifNeuron()),
            new ResidualLayer("outer",
                [
                    new ResidualLayer("inner",
                        [new ConvolutionLayer("conv3", 12, 12, kernel: 1, stride: 1, padding: 0)],
                        [new ConvolutionLayer("conv4", 12, 12, kernel: 1, stride: 1, padding: 0)]),
                ],
                [new ConvolutionLayer("conv5", 12, 12, kernel: 1, stride: 1, padding: 0)]),
            new BatchNormLayer("norm2", 12), new NeuronLayer("neuron2", new ClifNeuron()),
            new FlattenLayer("flat"), new LinearLayer("readout", 768, Classes),
        ],
        Classes);
        using DisposeScope scope = NewDisposeScope();
        using var expected = new Trained(definition, kernels: null);
        using var found = new Trained(definition, Kernels(), isCheckpointed);

        expected.Step(Pass(isDeferred));
        found.Step(Pass(isDeferred));

        AssertClose(expected.Logits, found.Logits, "logits");
        AssertParameters(expected, found);
        foreach (string name in (string[])["conv0.bias", "conv1.bias", "conv2.bias", "conv5.bias"])
        {
            Assert.IsGreaterThan(0.01f, found.Network.Parameters[name].abs().max().item<float>(), name);
            Assert.AreEqual(0f, found.Network.Parameters[name].grad!.abs().max().item<float>(), name);
        }
    }

    [TestMethod]
    public void Step_Repetition_LeavesTheRunningStatistics()
    {
        NetworkDefinition definition = Definition(BatchNormMode.PerTimeStep, new ClifNeuron());
        using DisposeScope scope = NewDisposeScope();
        using var network = new Trained(definition, Kernels());
        float[][] before = network.Statistics();

        network.Step(Pass(isDeferred: false).Again());
        float[][] repeated = network.Statistics();
        network.Step(Pass(isDeferred: false));

        for (int i = 0; i < before.Length; i++)
        {
            Assert.AreSequenceEqual(before[i], repeated[i]);
            Assert.AreNotSequenceEqual(before[i], network.Statistics()[i]);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Step_ActivationCheckpointing_GivesTheSame(bool isHalf)
    {
        NetworkDefinition definition = Definition(BatchNormMode.PerTimeStep, new ClifNeuron());
        using DisposeScope scope = NewDisposeScope();
        using var expected = new Trained(definition, Kernels());
        using var found = new Trained(definition, Kernels(), isCheckpointed: true);
        ForwardPass pass = isHalf ? Half() : Pass(isDeferred: false);

        expected.Step(pass);
        found.Step(pass);

        if (isHalf)
        {
            AssertSimilar(expected.Logits, found.Logits); // segments' batch norms are not fused: they round once more
            return;
        }
        AssertClose(expected.Logits, found.Logits, "logits");
        AssertParameters(expected, found);
    }

    /// <summary>Nothing between the input and the logits is converted or brought into another order.</summary>
    [TestMethod]
    public void Forward_BFloat16_KeepsTypeAndChannelsLastInBothDirections()
    {
        NetworkDefinition definition = Definition(BatchNormMode.PerTimeStep, new ClifNeuron());
        using DisposeScope scope = NewDisposeScope();
        using var trained = new Trained(definition, Kernels());
        TorchNetwork network = trained.Network;
        ForwardPass pass = Half();
        TorchSequence layers = TorchLayerFactory.Create(definition, network.Parameters, inSegments: false,
            gradientHorizon: null, Kernels());
        var signal = new TorchSignal(Trained.Images, IsConstant: true);
        var probes = new List<Probe>();
        foreach (TorchLayer layer in layers.Layers)
        {
            signal = layer.Forward(signal, pass);
            probes.Add(new(layer.GetType().Name));
            signal = signal with { Values = OperationFunction.Apply(probes[^1], [signal.Values]) };
        }
        CallbackFaults.Backward(signal.Values.to_type(ScalarType.Float32).square().sum());

        Assert.HasCount(10, probes); // batch norms are in one with their neurons
        foreach (Probe probe in probes)
        {
            Assert.AreSequenceEqual([true, true], probe.AreHalf, probe.Layer);
            // Not the gradient that comes back through flattening: it lies as the flat values do.
            Assert.IsTrue(probe.AreChannelsLast[0], probe.Layer);
            Assert.IsTrue(probe.AreChannelsLast[1] || probe.Layer == nameof(TorchRowMap), probe.Layer);
        }
        foreach (Tensor parameter in network.Parameters.Trained)
        {
            Assert.AreEqual(ScalarType.Float32, parameter.grad!.dtype);
            Assert.IsTrue(parameter.grad.is_contiguous());
        }
    }

    [TestMethod]
    public void Step_BFloat16_IsCloseToFloat32AndItsLogitsAreFloat32()
    {
        NetworkDefinition definition = Definition(BatchNormMode.PerTimeStep, new LifNeuron());
        using DisposeScope scope = NewDisposeScope();
        using var full = new Trained(definition, Kernels());
        using var half = new Trained(definition, Kernels());

        full.Step(Pass(isDeferred: false));
        half.Step(Half());

        Assert.AreEqual(ScalarType.Float32, half.Logits.dtype);
        AssertSimilar(full.Logits, half.Logits);
        Assert.IsFalse(full.Logits.Equals(half.Logits));
        float[][] own = half.Statistics(), other = full.Statistics();
        for (int i = 0; i < own.Length; i++)
        {
            for (int c = 0; c < own[i].Length; c++)
            {
                Assert.AreEqual(other[i][c], own[i][c], 0.05 * Math.Max(1, Math.Abs(other[i][c])));
            }
        }
    }

    /// <summary>Without kernels neurons run op by op, with their state in 32 bits.</summary>
    [TestMethod]
    public void Forward_BFloat16WithoutKernels_KeepsTheType()
    {
        using DisposeScope scope = NewDisposeScope();
        var neuron = Microsoft.ML.Spiking.Training.Torch.Neurons.OpByOpNeuron.Create(new ClifNeuron());
        Tensor current = (rand(T, 7) * 2).to_type(ScalarType.BFloat16);

        Tensor spikes = neuron.Forward(new(current, T, IsConstant: false), []).Values;

        Assert.AreEqual(ScalarType.BFloat16, spikes.dtype);
        Tensor wide = neuron.Forward(new(current.to_type(ScalarType.Float32), T, IsConstant: false), []).Values;
        Assert.IsTrue(spikes.to_type(ScalarType.Float32).Equals(wide));
    }

    /// <summary>The gradients of two batches are added in place.</summary>
    [TestMethod]
    public void Step_Twice_AddsGradients()
    {
        NetworkDefinition definition = Definition(BatchNormMode.PerTimeStep, new ClifNeuron());
        using DisposeScope scope = NewDisposeScope();
        using var expected = new Trained(definition, kernels: null);
        using var found = new Trained(definition, Kernels());
        foreach (Trained network in (Trained[])[expected, found])
        {
            network.Step(Pass(isDeferred: false));
            network.Step(Pass(isDeferred: false));
        }
        AssertParameters(expected, found);
    }

    [TestMethod]
    public void Step_RoundedWeights_GiveWhatRoundingInEachProductGives()
    {
        NetworkDefinition definition = Definition(BatchNormMode.PerTimeStep, new ClifNeuron());
        using DisposeScope scope = NewDisposeScope();
        using var rounded = new RoundedWeights(ScalarType.BFloat16, Kernels());
        using var expected = new Trained(definition, Kernels());
        using var found = new Trained(definition, Kernels());

        expected.Step(Half());
        found.Step(Half() with { Rounded = rounded });

        Assert.IsTrue(found.Logits.Equals(expected.Logits));
        AssertParameters(expected, found, tolerance: 0.02); // products of the CPU depend on the weights' order
    }

    private static CudaKernels Kernels() => CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);

    private static ForwardPass Pass(bool isDeferred) =>
        new() { IsTraining = true, Seed = 3, Epoch = 1, Moves = isDeferred ? [] : null };

    private static ForwardPass Half() =>
        Pass(isDeferred: false) with { ProductType = ScalarType.BFloat16, KeepsProductType = true };

    // Constant and other currents, batch norm alone, and dropouts whose masks depend on their place.
    private static NetworkDefinition Definition(BatchNormMode mode, SpikingNeuronDefinition neuron) =>
        new([2, 8, 8], T, new DirectEncoder(),
        [
            new ConvolutionLayer("conv0", 2, 8, kernel: 3, stride: 1, padding: 1),
            new BatchNormLayer("norm0", 8, mode), new NeuronLayer("neuron0", neuron),
            new AveragePoolLayer("pool0", kernel: 2, stride: 2),
            new ConvolutionLayer("conv1", 8, 12, kernel: 3, stride: 1, padding: 1),
            new BatchNormLayer("norm1", 12, mode), new NeuronLayer("neuron1", neuron), new DropoutLayer("drop1", 0.2),
            new ResidualLayer("block",
            [
                new ConvolutionLayer("conv2", 12, 12, kernel: 3, stride: 1, padding: 1),
                new BatchNormLayer("norm2", 12),
            ],
            []),
            new MaxPoolLayer("pool2", kernel: 2, stride: 2, padding: 0),
            new FlattenLayer("flat"), new DropoutLayer("drop2", 0.2), new LinearLayer("readout", 48, Classes),
        ],
        Classes);

    private static void AssertParameters(Trained expected, Trained found, double tolerance = 1e-4)
    {
        TorchParameters own = found.Network.Parameters, other = expected.Network.Parameters;
        foreach (string name in own.Definition.Parameters.Select(spec => spec.Name))
        {
            AssertClose(other[name], own[name], name);
            if (other[name].requires_grad)
            {
                AssertClose(other[name].grad!, own[name].grad!, name, tolerance);
            }
        }
    }

    private static void AssertClose(Tensor expected, Tensor found, string what, double tolerance = 1e-4)
    {
        Assert.AreSequenceEqual(expected.shape, found.shape, what);
        double scale = Math.Max(1e-2, expected.abs().max().item<float>());
        double difference = (expected - found).abs().max().item<float>();
        Assert.IsLessThan(tolerance * scale, difference, what);
    }

    // A few spikes differ.
    private static void AssertSimilar(Tensor expected, Tensor found)
    {
        float off = (expected - found).square().mean().item<float>();
        Assert.IsLessThan(0.1f, off / expected.square().mean().item<float>());
    }

    /// <summary>Notes the type and the order of a layer's output and of the gradient by it.</summary>
    private sealed class Probe(string layer) : CustomOperation
    {
        public string Layer => layer;

        public List<bool> AreHalf { get; } = [];

        public List<bool> AreChannelsLast { get; } = [];

        internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
        {
            Note(inputs[0]);
            return inputs[0].detach();
        }

        internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
        {
            Note(upstream);
            return [upstream.alias()];
        }

        private void Note(Tensor values)
        {
            AreHalf.Add(values.dtype == ScalarType.BFloat16);
            AreChannelsLast.Add(
                values.dim() < 4 || MemoryOrder.Has(values, MemoryOrder.ChannelsLast(values.shape)));
        }
    }

    private sealed class Trained : IDisposable
    {
        private readonly SpikeTally _tally = new(CPU);

        public Trained(NetworkDefinition definition, CudaKernels? kernels, bool isCheckpointed = false)
        {
            Network = new(definition, CPU, activationCheckpointing: isCheckpointed, kernels: kernels);
            Network.Parameters.Import(WeightInitializer.Create(definition, seed: 5));
        }

        public static Tensor Images { get; } =
            tensor([.. Enumerable.Range(0, Rows * 128).Select(i => (float)(i * 0.37 % 2))], [Rows, 2, 8, 8])
                .DetachFromDisposeScope();

        public TorchNetwork Network { get; }

        public Tensor Logits { get; private set; } = null!;

        public double Rates => _tally.Rates().Mean;

        public void Step(ForwardPass pass, bool keepsCounts = false)
        {
            Logits = Network.Forward(Images, pass with { Spikes = keepsCounts ? _tally : null });
            CallbackFaults.Backward((Logits * Logits).mean());
            pass.Rounded?.Collect();
            foreach (RunningMove move in pass.Moves ?? [])
            {
                move.Apply(Network.Parameters[move.MeanName], Network.Parameters[move.VarianceName]);
            }
        }

        public float[][] Statistics() =>
        [
            .. Network.Parameters.Export().Where(array => array.Name.Contains("running", StringComparison.Ordinal))
                .Select(array => array.Values.ToArray()),
        ];

        public void Dispose()
        {
            _tally.Dispose();
            Network.Dispose();
        }
    }
}
