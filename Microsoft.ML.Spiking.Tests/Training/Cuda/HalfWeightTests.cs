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

/// <summary>Gradients of weights from products of float16, in kernels that run on this processor.</summary>
[TestClass]
public sealed unsafe class HalfWeightTests
{
    private const int T = 3, Rows = 4, Classes = 5;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(1030)]
    public void Round_AnyNumberOfValues_IsThatOfNet(int n)
    {
        var random = new Random(n);
        float[] values =
        [
            .. Enumerable.Range(0, n).Select(i => (float)((random.NextDouble() - 0.5) * Math.Pow(2, (i % 50) - 30))),
        ];
        Half[] found = new Half[n + 4];
        Array.Fill(found, Half.MaxValue);
        using Tensor given = tensor(values), source = given.clone(); // aligned
        fixed (Half* to = found)
        {
            new HalfLaunch(Kernels()).Round(DeviceMemory.Address(source), (nint)to, n);
        }
        Assert.AreSequenceEqual([.. values.Select(value => (Half)value)], found[..n]);
        Assert.IsTrue(found[n..].All(value => value == Half.MaxValue));
    }

    /// <summary>However large the values are: no sum of as many exceeds 2^15, and some reach half of it.</summary>
    [TestMethod]
    [DataRow(1f)]
    [DataRow(0.75f)]
    [DataRow(1e-30f)]
    [DataRow(1e35f)]
    [DataRow(65504f)]
    public void Round_Scaled_FitsAndComesBack(float largest)
    {
        const int n = 500;
        foreach (int products in (int[])[1, 2, 100, 128, 1 << 20])
        {
            var random = new Random(products);
            float[] values = [-largest, .. Enumerable.Range(1, n - 1).Select(_ => largest * (1 - random.NextSingle()))];
            int headroom = HalfLaunch.Headroom(products);
            (Half[] halves, float[] back) = Through(values, headroom);
            double most = halves.Max(value => Math.Abs((double)value)) * Math.Pow(2, headroom);
            Assert.IsLessThanOrEqualTo(32768, most);
            Assert.IsGreaterThanOrEqualTo(16384, most);
            for (int i = 0; i < n; i++)
            {
                // Eleven bits, and what is lost below 2^-14 after the scaling.
                double allowed = Math.Max(Math.Abs(values[i]) / 2048d, largest * Math.Pow(2, headroom - 38.9));
                Assert.AreEqual(values[i], (double)back[i], allowed);
            }
        }
    }

    [TestMethod]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NaN)]
    public void Round_ScaledWithoutALargestValue_KeepsWhatIsNotFinite(float value)
    {
        Assert.AreSequenceEqual([1f, value, -2f, 0f], Through([1, value, -2, 0], headroom: 5).Back);
        Assert.AreSequenceEqual([0f, 0f], Through([0, 0], headroom: 5).Back);
    }

    /// <summary>In any order of channels, over several blocks of which the last is not full.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Combine_Gradient_TellsItsLargestMagnitude(bool isChannelsLast)
    {
        const int steps = 2, outer = 5, channels = 12, inner = 36, n = outer * channels * inner;
        using DisposeScope scope = NewDisposeScope();
        var program = new NormProgram(Width: 4, isChannelsLast, IsHalf: false);
        var norm = isChannelsLast
            ? new NormLaunch(Kernels(), program, groups: 2, steps, outer * inner, channels, inner: 1)
            : new NormLaunch(Kernels(), program, groups: 2, steps, outer, channels, inner);
        Tensor values = randn([steps * n]), upstream = randn([steps * n]), gradient = zeros([steps * n]);
        Tensor combination = randn([3 * norm.Columns]);
        foreach (int place in (int[])[0, n + 1, (2 * n) - 1]) // the first value, the last one and one between
        {
            upstream[place] = -1e4f;
            uint largest = BitConverter.SingleToUInt32Bits(1e-3f);

            norm.Combine(DeviceMemory.Address(values), DeviceMemory.Address(upstream), DeviceMemory.Address(gradient),
                DeviceMemory.Address(combination), (nint)(&largest));

            Assert.AreEqual(gradient.abs().max().item<float>(), BitConverter.UInt32BitsToSingle(largest));
            upstream[place] = 0f;
        }
    }

    [TestMethod]
    [DataRow(1, 0)]
    [DataRow(2, 1)]
    [DataRow(3, 2)]
    [DataRow(4, 2)]
    [DataRow(786_432, 20)]
    public void Headroom_Products_IsTheNextPowerOfTwo(long products, int expected) =>
        Assert.AreEqual(expected, HalfLaunch.Headroom(products));

    [TestMethod]
    [DataRow(1, 1, 1)]
    [DataRow(2, 1, 1)]
    [DataRow(1, 0, 4)]
    public void Gradient_ByInputOrWeight_IsAutograds(int stride, int padding, int groups)
    {
        using DisposeScope scope = NewDisposeScope();
        var layer = new ConvolutionLayer("c", 8, 12, kernel: 3, stride, padding, groups: groups);
        Tensor input = randn([4, 8, 9, 9], ScalarType.Float32).requires_grad_();
        Tensor weight = randn([12, 8 / groups, 3, 3], ScalarType.Float32).requires_grad_();
        Tensor output = nn.functional.conv2d(
            input, weight, null, [stride, stride], [padding, padding], groups: groups);
        Tensor upstream = randn_like(output);
        output.backward([upstream]);

        Tensor byInput = ConvolutionGradient.Run(layer, upstream, zeros_like(input), weight, isByWeight: false);
        Tensor byWeight = ConvolutionGradient.Run(layer, upstream, input, zeros_like(weight), isByWeight: true);

        Assert.IsLessThan(1e-4f, (byInput - input.grad!).abs().max().item<float>());
        Assert.IsLessThan(1e-3f, (byWeight - weight.grad!).abs().max().item<float>());
    }

    [TestMethod]
    public void Gradient_LibtorchFails_SaysWhere()
    {
        using DisposeScope scope = NewDisposeScope();
        var layer = new ConvolutionLayer("c", 2, 2, kernel: 1, stride: 1, padding: 0);
        InvalidOperationException fault = Assert.ThrowsExactly<InvalidOperationException>(() => ConvolutionGradient.Run(
            layer, zeros(1, 2, 3, 3), input: zeros(2, 3, 3), zeros(2, 2, 1, 1), isByWeight: true));
        Assert.StartsWith(ConvolutionGradient.Failure, fault.Message);
    }

    /// <summary>Also where the gradient of a residual layer's sum belongs to two convolutions.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Step_AsInTf32_HasTheGradientsOfFloat32(bool isCheckpointed)
    {
        NetworkDefinition definition = Definition();
        using DisposeScope scope = NewDisposeScope();
        var driver = new HostDriver();
        using TorchNetwork expected = Create(definition, kernels: null, isCheckpointed: false);
        var kernels = CudaKernels.Open(driver, new HostCompiler(), 0);
        using TorchNetwork found = Create(definition, kernels, isCheckpointed);
        using var rounded = new RoundedWeights(ScalarType.Float32, kernels);

        Tensor logits = Step(expected, new ForwardPass { IsTraining = true, Seed = 3, Epoch = 1 });
        Tensor halved = Step(found, Tf32() with { Rounded = rounded });

        Assert.IsLessThan(1e-4f, (logits - halved).abs().max().item<float>());
        foreach (string name in definition.Parameters.Select(spec => spec.Name)
            .Where(name => expected.Parameters[name].requires_grad))
        {
            Tensor own = found.Parameters[name].grad!, other = expected.Parameters[name].grad!;
            float size = other.abs().max().item<float>(), off = (own - other).abs().max().item<float>();
            Assert.IsLessThan(1e-3f * Math.Max(size, 1e-3f), off, name);
            bool isHalved = name is "conv1.weight" or "conv2.weight" or "conv3.weight";
            Assert.IsTrue(!isHalved || off > 0, name);
        }
        // The normalizations have told the largest value of all gradients.
        Assert.ContainsSingle(call => call == "cuModuleGetFunction(from_half)", driver.Calls);
        Assert.DoesNotContain("cuModuleGetFunction(largest_magnitude)", driver.Calls);
    }

    /// <summary>
    /// Neurons write what the convolution behind them, or behind their pooling, keeps; not where dropout is between.
    /// </summary>
    [TestMethod]
    public void Step_AsInTf32_RoundsNoSpikes()
    {
        NetworkDefinition definition = new([2, 8, 8], T, new DirectEncoder(),
        [
            new ConvolutionLayer("conv0", 2, 8, kernel: 3, stride: 1, padding: 1),
            new BatchNormLayer("norm0", 8), new NeuronLayer("neuron0", new ClifNeuron()),
            new AveragePoolLayer("pool0", kernel: 2, stride: 2),
            new ConvolutionLayer("conv1", 8, 6, kernel: 3, stride: 1, padding: 1),
            new BatchNormLayer("norm1", 6), new NeuronLayer("neuron1", new LifNeuron()),
            new ConvolutionLayer("conv2", 6, 5, kernel: 3, stride: 1, padding: 1),
            new BatchNormLayer("norm2", 5), new NeuronLayer("neuron2", new LifNeuron()),
            new FlattenLayer("flat"), new LinearLayer("readout", 80, Classes),
        ],
        Classes);
        using DisposeScope scope = NewDisposeScope();
        var driver = new HostDriver();
        using TorchNetwork expected = Create(definition, kernels: null, isCheckpointed: false);
        using TorchNetwork found =
            Create(definition, CudaKernels.Open(driver, new HostCompiler(), 0), isCheckpointed: false);
        int Rounded() => driver.Launched.Count(kernel => kernel == "to_half");

        Tensor logits = Step(expected, new ForwardPass { IsTraining = true, Seed = 3, Epoch = 1 });
        Tensor halved = found.Forward(Images(), Tf32());
        int forward = Rounded();
        CallbackFaults.Backward((halved * halved).mean() * 1e-9f); // nothing of it would be left in float16 as it is

        Assert.IsLessThan(1e-4f, (logits - halved).abs().max().item<float>());
        Assert.AreEqual((0, 2), (forward, Rounded()));
        foreach (string name in (string[])["conv1.weight", "conv2.weight"])
        {
            Tensor own = found.Parameters[name].grad! * 1e9f, other = expected.Parameters[name].grad!;
            Assert.IsLessThan(
                1e-3f * other.abs().max().item<float>(), (own - other).abs().max().item<float>(), name);
        }
    }

    [TestMethod]
    public void Step_AsInTf32_LeavesNothingButGradients()
    {
        NetworkDefinition definition = Definition();
        using TorchNetwork network = Create(definition, Kernels(), isCheckpointed: false);
        long Left()
        {
            using (NewDisposeScope())
            using (var rounded = new RoundedWeights(ScalarType.Float32, network.Kernels))
            {
                _ = Step(network, Tf32() with { Rounded = rounded });
            }
            return Tensor.TotalCount;
        }

        long first = Left();

        Assert.AreEqual(first, Left());
    }

    [TestMethod]
    public void Step_NoBatchNormBehind_FindsTheLargestValueItself()
    {
        using DisposeScope scope = NewDisposeScope();
        var driver = new HostDriver();
        CudaKernels kernels = CudaKernels.Open(driver, new HostCompiler(), 0);
        var layer = new ConvolutionLayer("c", 8, 12, kernel: 3, stride: 1, padding: 1, hasBias: false);
        Tensor spikes = rand([4, 8, 8, 8]).ge(0.7).to_type(ScalarType.Float32).requires_grad_();
        Tensor weight = randn([12, 8, 3, 3]).requires_grad_();
        Tensor own = spikes.detach().requires_grad_(), ownWeight = weight.detach().requires_grad_();

        Tensor found = new HalfWeightOperation(layer, kernels, new(readers: 1)).Run(own, ownWeight);
        Tensor expected = nn.functional.conv2d(spikes, weight, null, [1, 1], [1, 1]);
        Tensor upstream = 1e-8 * randn_like(expected); // far below what float16 holds
        CallbackFaults.Backward((found * upstream).sum());
        (expected * upstream).sum().backward();

        Assert.IsTrue(found.Equals(expected));
        Assert.IsTrue(own.grad!.allclose(spikes.grad!, rtol: 1e-5, atol: 1e-12));
        float size = weight.grad!.abs().max().item<float>();
        Assert.IsLessThan(1e-3f * size, (ownWeight.grad! - weight.grad).abs().max().item<float>());
        Assert.Contains("cuModuleGetFunction(largest_magnitude)", driver.Calls);
    }

    [TestMethod]
    public void Step_MoreProductsThanFloat16HasRoomFor_TakesFloat32()
    {
        using DisposeScope scope = NewDisposeScope();
        var driver = new HostDriver();
        CudaKernels kernels = CudaKernels.Open(driver, new HostCompiler(), 0);
        var layer = new ConvolutionLayer("c", 1, 1, kernel: 1, stride: 1, padding: 0, hasBias: false);
        Tensor spikes = rand([1, 1, 2049, 2048]).ge(0.5).to_type(ScalarType.Float32);
        Tensor weight = ones([1, 1, 1, 1]).requires_grad_();

        CallbackFaults.Backward(new HalfWeightOperation(layer, kernels, new(readers: 1)).Run(spikes, weight).sum());

        float expected = spikes.sum().item<float>();
        Assert.AreEqual(expected, weight.grad!.item<float>(), 1e-4f * expected);
        Assert.AreSequenceEqual(["to_half"], driver.Launched); // the spikes
    }

    [TestMethod]
    public void Of_Network_FindsConvolutionsThatSeeSpikes()
    {
        SpikeConvolutions found = SpikeConvolutions.Of(Definition());
        Layer[] all = [.. Definition().Layers.SelectMany(layer => layer.SelfAndInner)];

        string[] convolutions =
        [
            .. all.OfType<ConvolutionLayer>().Where(layer => found.Of(layer) is not null).Select(layer => layer.Name),
        ];
        string[] norms =
        [
            .. all.OfType<BatchNormLayer>().Where(layer => found.Of(layer) is not null).Select(layer => layer.Name),
        ];

        // The first one sees the images, and the last one currents.
        Assert.AreSequenceEqual(["conv1", "conv2", "conv3"], convolutions);
        Assert.AreSequenceEqual(["norm1", "norm2"], norms);
        // Dropout changes what the others give, and currents are between.
        Assert.AreSequenceEqual(["neuron0"],
            [.. all.OfType<NeuronLayer>().Where(found.Feeds).Select(layer => layer.Name)]);
    }

    private static CudaKernels Kernels() => CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);

    private static ForwardPass Tf32() => new()
    {
        IsTraining = true,
        Seed = 3,
        Epoch = 1,
        ProductType = ScalarType.Float32,
        KeepsProductType = true,
    };

    private static NetworkDefinition Definition() => new([2, 8, 8], T, new DirectEncoder(),
    [
        new ConvolutionLayer("conv0", 2, 8, kernel: 3, stride: 1, padding: 1),
        new BatchNormLayer("norm0", 8), new NeuronLayer("neuron0", new ClifNeuron()),
        new AveragePoolLayer("pool0", kernel: 2, stride: 2),
        new ConvolutionLayer("conv1", 8, 12, kernel: 3, stride: 1, padding: 1),
        new BatchNormLayer("norm1", 12), new NeuronLayer("neuron1", new LifNeuron()), new DropoutLayer("drop", 0.2),
        new ResidualLayer("block",
            [new ConvolutionLayer("conv2", 12, 16, kernel: 3, stride: 2, padding: 1)],
            [new ConvolutionLayer("conv3", 12, 16, kernel: 1, stride: 2, padding: 0)]),
        new BatchNormLayer("norm2", 16),
        new ConvolutionLayer("conv4", 16, 8, kernel: 1, stride: 1, padding: 0),
        new BatchNormLayer("norm4", 8), new NeuronLayer("neuron4", new ClifNeuron()),
        new FlattenLayer("flat"), new LinearLayer("readout", 32, Classes),
    ],
    Classes);

    private static TorchNetwork Create(NetworkDefinition definition, CudaKernels? kernels, bool isCheckpointed)
    {
        var network = new TorchNetwork(definition, CPU, activationCheckpointing: isCheckpointed, kernels: kernels);
        network.Parameters.Import(WeightInitializer.Create(definition, seed: 5));
        return network;
    }

    private static Tensor Images() =>
        tensor([.. Enumerable.Range(0, Rows * 128).Select(i => (float)(i * 0.37 % 2))], [Rows, 2, 8, 8]);

    private static Tensor Step(TorchNetwork network, ForwardPass pass)
    {
        Tensor logits = network.Forward(Images(), pass);
        CallbackFaults.Backward((logits * logits).mean());
        pass.Rounded?.Collect();
        return logits;
    }

    // Rounded with the scale of the largest of them, and back.
    private static (Half[] Halves, float[] Back) Through(float[] values, int headroom)
    {
        var launch = new HalfLaunch(Kernels());
        Half[] halves = new Half[values.Length];
        float[] back = new float[values.Length];
        uint largest = 0;
        using Tensor given = tensor(values), source = given.clone(); // aligned
        fixed (Half* half = halves)
        fixed (float* result = back)
        {
            nint from = DeviceMemory.Address(source), word = (nint)(&largest);
            launch.Largest(from, values.Length, word);
            launch.Round(from, (nint)half, values.Length, word, headroom);
            launch.Restore((nint)half, (nint)result, values.Length, word, headroom);
        }
        return (halves, back);
    }
}
