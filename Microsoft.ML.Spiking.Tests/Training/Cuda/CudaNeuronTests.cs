using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>The neuron of CUDA devices under autograd, with the CPU as its device.</summary>
[TestClass]
public sealed class CudaNeuronTests
{
    public static IEnumerable<object[]> Neurons => KernelCases.Neurons;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Forward_ImagesInAnyOrder_AgreesWithTheCpu(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        using DisposeScope scope = NewDisposeScope();
        foreach (Order order in Enum.GetValues<Order>())
        {
            using Tensor counter = zeros([], ScalarType.Int64);
            (Tensor spikes, Tensor gradient, Tensor? byLearned) =
                Run(new CudaNeuron(definition, Kernels()), order, learned, counter);
            (Tensor expected, Tensor expectedGradient, Tensor? expectedByLearned) =
                Run(new FusedNeuron(definition), order, learned, null);

            Assert.IsTrue(spikes.Equals(expected), order.ToString());
            Assert.IsTrue(gradient.allclose(expectedGradient, 1e-5, 1e-6), order.ToString());
            Assert.AreEqual(spikes.sum().item<float>(), counter.item<long>());
            if (byLearned is not null)
            {
                Assert.AreEqual(expectedByLearned!.item<float>(), byLearned.item<float>(),
                    1e-4f * Math.Max(1, Math.Abs(expectedByLearned!.item<float>())), order.ToString());
            }
            if (order == Order.ChannelsLast)
            {
                Assert.AreSequenceEqual([1 * 3 * 4 * 4 * 2, 3 * 4 * 4, 1, 3 * 4, 3], spikes.stride());
            }
        }
    }

    [TestMethod]
    public void Forward_WithoutGradient_KeepsNothingAndAgrees()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor current = rand(3, 5) * 2;
        NeuronSpikes own = new CudaNeuron(new ClifNeuron(), Kernels()).Forward(new(current, 3, false), []);
        NeuronSpikes cpu = new FusedNeuron(new ClifNeuron()).Forward(new(current, 3, false), []);
        Assert.IsTrue(own.Values.Equals(cpu.Values));
        Assert.IsFalse(own.Values.requires_grad);
        Assert.IsNull(own.Count);
    }

    [TestMethod]
    public void Forward_MoreStepsThanTheKernelsKeep_RunsOpByOp()
    {
        using DisposeScope scope = NewDisposeScope();
        var driver = new HostDriver();
        Tensor current = rand(65, 2, 3);
        NeuronSpikes spikes = new CudaNeuron(new LifNeuron(), CudaKernels.Open(driver, new HostCompiler(), 0))
            .Forward(new(current, 65, false), []);
        Assert.AreSequenceEqual([65, 2, 3], spikes.Values.shape);
        Assert.DoesNotContain(call => call.StartsWith("cuLaunchKernel", StringComparison.Ordinal), driver.Calls);
    }

    private static CudaKernels Kernels() => CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);

    private static (Tensor Spikes, Tensor Gradient, Tensor? ByLearned) Run(
        TorchNeuron neuron, Order order, float learned, Tensor? counter)
    {
        const int T = 4, N = 2, C = 3, H = 4, W = 4;
        bool isConstant = order == Order.Constant;
        long[] shape = isConstant ? [N, C, H, W] : [T, N, C, H, W];
        float[] values = KernelCases.Uniform(new Random(31), (int)shape.Aggregate(1L, (a, b) => a * b), -1, 2);
        Tensor leaf = tensor(values, shape).requires_grad_();
        Tensor current = order switch
        {
            Order.ChannelsLast => leaf.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3),
            Order.TimeInside => leaf.permute(1, 0, 2, 3, 4).contiguous().permute(1, 0, 2, 3, 4),
            Order.Misaligned => cat([leaf.new_zeros(1), leaf.flatten()]).narrow(0, 1, leaf.numel()).view(shape),
            Order.Gaps => stack([leaf, leaf], -1).select(-1, 0),
            _ => leaf.alias(),
        };
        Tensor value = tensor([learned]).requires_grad_();
        bool isLearned = learned != 0;
        NeuronSpikes spikes = neuron.Forward(
            new(current, T, isConstant) { SpikeCounter = counter }, isLearned ? [value] : []);
        Tensor upstream = tensor(KernelCases.Uniform(new Random(32), T * N * C * H * W, -1, 1), [T, N, C, H, W]);
        CallbackFaults.Backward(spikes.Values, order == Order.OtherUpstream
            ? upstream.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3) : upstream);
        return (spikes.Values, leaf.grad!, isLearned ? value.grad : null);
    }

    private enum Order
    {
        Contiguous,
        ChannelsLast,
        TimeInside,
        Misaligned,
        Gaps,
        OtherUpstream,
        Constant,
    }
}
