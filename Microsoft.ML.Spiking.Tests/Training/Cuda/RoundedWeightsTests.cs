using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>Weights as the products of a step on CUDA take them: rounded, and in the order of their channels.</summary>
[TestClass]
public sealed class RoundedWeightsTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Rounded_WeightsOfAStep_AreRoundedOnceAndLearnIn32Bits()
    {
        using DisposeScope scope = NewDisposeScope();
        using var rounded = new RoundedWeights(ScalarType.BFloat16);
        Tensor weight = full([2, 3, 2, 2], 1.001f).requires_grad_();
        Tensor first = rounded.Of(weight);
        using (no_grad())
        {
            weight.fill_(2f);
        }
        Tensor second = rounded.Of(weight);
        rounded.Refresh();
        Tensor third = rounded.Of(weight);

        Assert.AreEqual(ScalarType.BFloat16, third.dtype);
        Assert.IsTrue(MemoryOrder.Has(third, MemoryOrder.ChannelsLast(third.shape)));
        Assert.AreEqual(DeviceMemory.Address(first), DeviceMemory.Address(second));
        Assert.AreEqual(2f, third.max().to_type(ScalarType.Float32).item<float>());

        // 1 and 2^-10 in bfloat16 would stay 1.
        third.backward([ones_like(third)]);
        rounded.Collect();
        third.backward([full_like(third, 1f / 1024)]);
        rounded.Collect();
        Assert.AreEqual(ScalarType.Float32, weight.grad!.dtype);
        Assert.AreEqual(1 + (1f / 1024), weight.grad.min().item<float>());
    }

    /// <summary>As TF32 has them: a copy only where the order is another.</summary>
    [TestMethod]
    public void Rounded_InFloat32_CopiesConvolutionsAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        using var rounded = new RoundedWeights(ScalarType.Float32);
        Tensor linear = ones(3, 2).requires_grad_(), convolution = ones(2, 3, 2, 2).requires_grad_();

        Tensor copy = rounded.Of(convolution);
        copy.backward([ones_like(copy)]);
        rounded.Collect();

        Assert.AreSame(linear, rounded.Of(linear));
        Assert.AreNotEqual(DeviceMemory.Address(convolution), DeviceMemory.Address(copy));
        Assert.IsTrue(MemoryOrder.Has(copy, MemoryOrder.ChannelsLast(copy.shape)));
        Assert.AreEqual(24f, convolution.grad!.sum().item<float>());
    }

    /// <summary>More weights than a launch takes, some of more than a block; all in two launches each way.</summary>
    [TestMethod]
    [DataRow(ScalarType.BFloat16)]
    [DataRow(ScalarType.Float32)]
    public void Rounded_ByTheKernels_AreWhatTheyAreOneByOne(ScalarType type)
    {
        HostCompiler.SkipWhereThereIsNone();
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3, CPU);
        long[][] shapes =
        [
            [5, 3, 3, 3], [2, 100, 7, 5], [1, 1, 1, 1], [4_097, 1, 1, 1], [1, 4_096, 1, 2], [3, 7, 1, 4], [0, 3, 1, 1],
            .. type == ScalarType.BFloat16 ? [[7], [65, 130]] : (long[][])[],
            .. Enumerable.Repeat(new long[] { 2, 3, 2, 2 }, ArrayBlocks.MostArrays),
        ];
        Tensor[] weights = [.. shapes.Select(shape => randn(shape, generator: generator).requires_grad_())];
        Tensor[] others = [.. weights.Select(weight => weight.detach().clone().requires_grad_())];
        var driver = new HostDriver();
        using var oneByOne = new RoundedWeights(type);
        using var together = new RoundedWeights(type, CudaKernels.Open(driver, new HostCompiler(), 0));
        foreach (Tensor weight in others)
        {
            _ = together.Of(weight); // copies of weights that are new are made one by one
        }
        together.Refresh();
        driver.Launched.Clear();

        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < weights.Length; i++)
            {
                Tensor expected = oneByOne.Of(weights[i]), found = together.Of(others[i]);
                Assert.AreEqual(expected.dtype, found.dtype);
                Assert.AreSequenceEqual(expected.Strides(), found.Strides());
                Assert.IsTrue(expected.Equals(found), $"{i}");
                Tensor gradient = randn(shapes[i], generator: generator).to_type(type);
                expected.backward([gradient]);
                found.backward([gradient]);
            }
            oneByOne.Collect();
            together.Collect();
            foreach ((Tensor one, Tensor other) in weights.Zip(others))
            {
                Assert.IsTrue(one.grad!.Equals(other.grad!), $"pass {pass}");
                Assert.IsTrue(MemoryOrder.Has(other.grad!, MemoryOrder.Contiguous(other.shape)));
            }
        }

        Assert.AreSequenceEqual(
            ["copy_weights", "copy_weights", .. Enumerable.Repeat("collect_gradients", 4)], driver.Launched);
    }

    /// <summary>After a launch that failed they are made when they are asked for again.</summary>
    [TestMethod]
    public void Rounded_LaunchThatFails_IsTriedAgain()
    {
        HostCompiler.SkipWhereThereIsNone();
        using DisposeScope scope = NewDisposeScope();
        var driver = new HostDriver();
        using var rounded = new RoundedWeights(
            ScalarType.BFloat16, CudaKernels.Open(driver, new HostCompiler(), 0));
        Tensor weight = full([2, 3, 2, 2], 1.5f).requires_grad_();
        driver.Failures["cuLaunchKernel"] = 2;
        Assert.ThrowsExactly<InvalidOperationException>(() => rounded.Of(weight));
        driver.Failures.Clear();

        Assert.AreEqual(1.5f, rounded.Of(weight).to_type(ScalarType.Float32).min().item<float>());
    }

    /// <summary>What the kernels cannot take is copied all the same.</summary>
    [TestMethod]
    public void Rounded_WeightOfOtherStrides_IsCopiedWithoutKernels()
    {
        using DisposeScope scope = NewDisposeScope();
        using var rounded = new RoundedWeights(
            ScalarType.BFloat16, CudaKernels.Open(new HostDriver { IsIdle = true }, new HostCompiler(), 0));
        Tensor weight = arange(6, ScalarType.Float32).view(2, 3).t().requires_grad_();

        Assert.IsTrue(rounded.Of(weight).to_type(ScalarType.Float32).Equals(weight));
    }
}
