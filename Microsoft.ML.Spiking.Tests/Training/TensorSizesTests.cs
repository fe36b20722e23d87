using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

[TestClass]
public sealed class TensorSizesTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void LengthsAndStrides_OfAnyTensor_AreThoseOfTorchSharp()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = zeros(2, 3, 5, 7);
        foreach (Tensor tensor in (Tensor[])[images, images.permute(0, 2, 3, 1), images[1, 2], tensor(1f), zeros(0, 4)])
        {
            Assert.AreSequenceEqual(tensor.shape, tensor.Lengths());
            Assert.AreSequenceEqual(tensor.stride(), tensor.Strides());
            for (int i = 0; i < tensor.dim(); i++)
            {
                Assert.AreEqual(tensor.shape[i], tensor.Length(i));
            }
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => images.Length(4));
    }
}
