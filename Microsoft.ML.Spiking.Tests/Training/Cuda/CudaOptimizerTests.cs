using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>The optimizers' kernels, which run on this processor, beside the optimizers of the CPU.</summary>
[TestClass]
public sealed class CudaOptimizerTests
{
    // More arrays than a launch takes; some end within a block, some on its border, one is empty.
    private static readonly long[] Lengths =
        [1, 3, 255, 256, 4_095, 4_096, 4_097, 12_300, 0, .. Enumerable.Repeat(7L, 2 * ArrayBlocks.MostArrays)];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DataRow(OptimizerKind.Sgd, 0.9, null)]
    [DataRow(OptimizerKind.Sgd, 0.9, 0.5)]
    [DataRow(OptimizerKind.Sgd, 0.0, 1e6)] // a norm that no gradient reaches
    [DataRow(OptimizerKind.AdamW, 0.9, null)]
    [DataRow(OptimizerKind.AdamW, 0.9, 0.5)]
    public void Step_OfTheKernels_AgreesWithTheCpu(OptimizerKind kind, double momentum, double? clipping)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingSettings settings = Toy.Settings with
        {
            Optimizer = kind,
            Momentum = momentum,
            WeightDecay = 0.01,
            GradientClipping = clipping,
        };
        var driver = new HostDriver();
        Tensor[] start = [.. Lengths.Select((length, i) => Values(length, seed: i))];
        Tensor[] expected = [.. start.Select(array => array.clone().requires_grad_())];
        Tensor[] found = [.. start.Select(array => array.clone().requires_grad_())];
        using var cpu = Optimizer.Create(settings, expected);
        using var device =
            Optimizer.Create(settings, found, CudaKernels.Open(driver, new HostCompiler(), 0));

        for (int step = 1; step <= 4; step++)
        {
            for (int i = 0; i < Lengths.Length; i++)
            {
                if ((i + step) % 5 != 0) // an array without a gradient is left alone
                {
                    expected[i].grad = Values(Lengths[i], seed: (100 * step) + i);
                    found[i].grad = Values(Lengths[i], seed: (100 * step) + i);
                }
            }
            cpu.Step(0.05);
            device.Step(0.05);
            foreach ((Tensor one, Tensor other) in expected.Zip(found))
            {
                Assert.IsTrue(one.allclose(other, 1e-5, 1e-6), $"step {step}, {one.numel()} values");
                Assert.IsNull(other.grad);
            }
        }

        foreach ((KeyValuePair<string, Tensor[]> one, KeyValuePair<string, Tensor[]> other) in
            cpu.Memory.Zip(device.Memory))
        {
            Assert.AreEqual(one.Key, other.Key);
            Assert.IsTrue(one.Value.Zip(other.Value).All(pair => pair.First.allclose(pair.Second, 1e-5, 1e-6)));
        }
        Assert.HasCount(cpu.Memory.Count, device.Memory);
        int launches = driver.Calls.Count(call => call.StartsWith("cuLaunchKernel", StringComparison.Ordinal));
        Assert.AreEqual(4 * (clipping is null ? 2 : 6), launches); // two tables; two more for the factor
    }

    [TestMethod]
    public void Step_GradientOfOtherStrides_IsTakenByItsPlace()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = Values(6, seed: 1).view(2, 3).t().contiguous().t(); // [2, 3], columns first
        Tensor parameter = zeros(2, 3).requires_grad_();
        parameter.grad = gradient;
        using var optimizer = new Sgd([parameter], momentum: 0, weightDecay: 0, maximumNorm: null,
            CudaKernels.Open(new HostDriver(), new HostCompiler(), 0));

        optimizer.Step(1);

        Assert.IsTrue(parameter.Equals(gradient.neg()));
    }

    private static Tensor Values(long length, int seed)
    {
        using Generator generator = new((ulong)seed, CPU);
        return randn([length], generator: generator);
    }
}
