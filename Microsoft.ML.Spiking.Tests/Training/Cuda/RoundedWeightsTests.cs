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
}
