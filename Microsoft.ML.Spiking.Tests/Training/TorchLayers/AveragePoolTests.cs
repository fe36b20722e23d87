using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.TorchLayers;

/// <summary>Average pooling against torch's.</summary>
[TestClass]
public sealed class AveragePoolTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(2, 2, 2, 6, 8)] // the usual one
    [DataRow(3, 2, 3, 6, 8)]
    [DataRow(1, 1, 1, 3, 5)]
    [DataRow(7, 7, 7, 7, 7)]
    [DataRow(2, 2, 2, 5, 7)] // does not cover
    [DataRow(3, 3, 1, 6, 8)] // overlaps
    public void Forward_AnyWindow_GivesTorchsValuesAndGradient(
        int height, int width, int stride, int imageHeight, int imageWidth)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var strides = new Extent(stride == 1 ? 1 : height, stride == 1 ? 1 : width);
        var layer = new AveragePoolLayer("pool", new Extent(height, width), strides);
        Tensor input = empty([2, 3, 4, imageHeight, imageWidth], ScalarType.Float32, CPU).uniform_(-1, 2, generator)
            .requires_grad_();
        Tensor expected =
            nn.functional.avg_pool2d(input.flatten(0, 1), [height, width], [strides.Height, strides.Width]);
        Tensor upstream = empty(expected.shape, ScalarType.Float32, CPU).uniform_(-1, 2, generator);
        Tensor expectedGradient = autograd.grad([expected], [input], [upstream])[0];

        using var buffers = new ActivationBuffers();
        TorchSignal found =
            new TorchAveragePool(layer).Forward(new(input, IsConstant: false), new() { Buffers = buffers });
        Tensor gradient = autograd.grad([found.Values], [input], [upstream.view(found.Values.shape)])[0];
        CallbackGradients.Release();

        Assert.AreSequenceEqual(Values(expected), Values(found.Values));
        AssertClose(Values(expectedGradient), Values(gradient));
    }

    private static void AssertClose(float[] expected, float[] found)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], found[i], 1e-6);
        }
    }

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
