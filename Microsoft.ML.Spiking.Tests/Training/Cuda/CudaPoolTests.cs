using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// Neurons behind a batch norm and before an average pooling, in one CUDA kernel each way, run on this processor,
/// beside the same kernels and a pooling by libtorch: spikes are equal to the last bit, because a quarter is exact, and
/// so are gradients where both kernels keep as much of each step.
/// </summary>
[TestClass]
public sealed class CudaPoolTests
{
    private const int Rows = 3, Channels = 6, Height = 4, Width = 10; // 180 windows a step

    private static readonly AveragePoolLayer Pool = new("pool", kernel: 2, stride: 2);

    public static IEnumerable<object[]> Cases =>
    [
        [new ClifNeuron(), 4, false, false, false],
        [new ClifNeuron { ResetPotential = -0.1 }, 6, true, true, false],
        [new ClifNeuron(), 8, true, false, true],
        [new LifNeuron { DecayInput = true }, 16, false, true, false],
        [new IfNeuron { ResetPotential = 0 }, 2, true, true, true],
        [new PlifNeuron(), 4, true, false, false],
        [new KlifNeuron { ScaleReset = true }, 4, false, false, true],
        [new KlifNeuron(), 1, true, true, false],
    ];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Run_Pooled_IsThePoolingOfTheSpikes(
        object neuron, int timeSteps, bool isChannelsLast, bool isHalf, bool isConstant)
    {
        using DisposeScope scope = NewDisposeScope();
        var definition = (SpikingNeuronDefinition)neuron;

        Outcome expected = Run(definition, timeSteps, isChannelsLast, isHalf, isConstant, isPooled: false);
        Outcome found = Run(definition, timeSteps, isChannelsLast, isHalf, isConstant, isPooled: true);

        Assert.IsTrue(expected.Spikes.Equals(found.Spikes), "spikes");
        Assert.AreEqual(expected.Count, found.Count);
        Assert.IsGreaterThan(100, found.Count);
        foreach ((Tensor gradient, Tensor own) in expected.Gradients.Zip(found.Gradients))
        {
            double allowed = definition is ClifNeuron && timeSteps > 4 ? isHalf ? 1e-2 : 1e-5 : 0;
            Assert.IsTrue(gradient.to_type(ScalarType.Float32).allclose(
                own.to_type(ScalarType.Float32), allowed, allowed), "gradients");
            Assert.IsGreaterThan(0, own.abs().max().to_type(ScalarType.Float32).item<float>());
        }
        if (expected.ByLearned is Tensor learned)
        {
            // Each thread adds up other neurons.
            float other = learned.item<float>(), value = found.ByLearned!.item<float>();
            Assert.AreEqual(other, value, 1e-4f * Math.Max(1, Math.Abs(other)));
            Assert.AreNotEqual(0, value);
        }
    }

    [TestMethod]
    [DataRow(2, 2, 8, 10, 4, true)]
    [DataRow(2, 2, 8, 9, 4, false)] // the last column is in no window
    [DataRow(2, 2, 7, 10, 4, false)]
    [DataRow(3, 2, 8, 10, 4, false)]
    [DataRow(2, 1, 8, 10, 4, false)]
    [DataRow(2, 2, 8, 10, 9, false)] // too few registers
    public void Pools_KernelStrideImageAndSteps_IsWhatTheKernelsDo(
        int kernel, int stride, int height, int width, int timeSteps, bool expected)
    {
        using Tensor values = zeros([timeSteps, 1, 2, height, width]);

        Assert.AreEqual(expected, CudaNormOperation.Pools(
            new AveragePoolLayer("pool", kernel, stride), new ClifNeuron(), timeSteps, values));
        Assert.IsFalse(CudaNormOperation.Pools(null, new ClifNeuron(), timeSteps, values));
    }

    private static Outcome Run(SpikingNeuronDefinition neuron, int timeSteps, bool isChannelsLast, bool isHalf,
        bool isConstant, bool isPooled)
    {
        ScalarType type = isHalf ? ScalarType.BFloat16 : ScalarType.Float32;
        var random = new Random(7);
        Tensor Values(int steps, int height, int width)
        {
            float[] values = [.. Enumerable.Range(0, steps * Rows * Channels * height * width)
                .Select(_ => (3 * random.NextSingle()) - 0.5f)];
            Tensor images = tensor(values, [steps, Rows, height, width, Channels]).to_type(type)
                .permute(0, 1, 4, 2, 3);
            return isChannelsLast ? images : images.contiguous();
        }
        Tensor input = Values(isConstant ? 1 : timeSteps, Height, Width), upstream = Values(timeSteps, 2, 5);
        Tensor leaf = (isConstant ? input[0] : input).detach().requires_grad_();
        Tensor weight = linspace(0.5, 1.5, Channels).requires_grad_();
        Tensor bias = linspace(0, 1, Channels).requires_grad_();
        Tensor? learned = neuron.LearnedScalars.Count == 0 ? null : tensor([0.7f]).requires_grad_();
        Tensor counter = zeros([1], ScalarType.Int64);
        CudaKernels kernels = CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);

        Tensor spikes = new CudaNormOperation(new("norm", Channels), timeSteps, isConstant, kernels, neuron)
        {
            Counter = counter,
            IsPooled = isPooled,
        }.Run(leaf, weight, bias, learned);
        if (!isPooled)
        {
            Tensor rows = spikes.to_type(ScalarType.Float32).flatten(0, 1);
            spikes = nn.functional.avg_pool2d(rows, Pool.Kernel.Height).reshape(timeSteps, Rows, Channels, 2, 5)
                .to_type(type);
        }
        CallbackFaults.Backward(spikes, upstream);
        return new(spikes.detach(), [leaf.grad!, weight.grad!, bias.grad!], learned?.grad, counter.item<long>());
    }

    private sealed record Outcome(Tensor Spikes, Tensor[] Gradients, Tensor? ByLearned, long Count);
}
