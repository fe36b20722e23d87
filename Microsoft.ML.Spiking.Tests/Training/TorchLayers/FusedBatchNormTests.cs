using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.TorchLayers;

/// <summary>Batch normalization by the library's own kernels against torch's.</summary>
[TestClass]
public sealed class FusedBatchNormTests
{
    private const double Tolerance = 2e-5;
    private const int Channels = 3;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(4, 5, 7, 1, false)]
    [DataRow(4, 5, 7, 1, true)]
    [DataRow(4, 5, 7, 4, false)]
    [DataRow(3, 2, 6, 3, true)]
    [DataRow(1, 9, 1, 1, false)]
    public void Apply_AnyGroups_GivesTorchsValuesGradientsAndStatistics(
        int timeSteps, int rows, int side, int groups, bool isTaken)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor Noise(params long[] shape) => empty(shape, ScalarType.Float32, CPU).uniform_(-1, 2, generator);
        var layer = new BatchNormLayer("norm", Channels);
        Tensor input = Noise(timeSteps, rows, Channels, side, side).requires_grad_();
        Tensor weight = Noise(Channels).requires_grad_(), bias = Noise(Channels).requires_grad_();
        Tensor upstream = Noise(input.shape);
        Tensor mean = Noise(Channels), variance = Noise(Channels).abs();
        Tensor expectedMean = mean.clone(), expectedVariance = variance.clone();

        Tensor expected = stack([.. input.view([groups, -1, Channels, side, side]).unbind(0).Select(group =>
            nn.functional.batch_norm(
                group, expectedMean, expectedVariance, weight, bias, training: true, layer.Momentum,
                layer.Epsilon))], 0)
            .view(input.shape);
        IList<Tensor> expectedGradients = autograd.grad([expected], [input, weight, bias], [upstream]);

        var operation = new BatchNormOperation(layer, groups, buffers: null, new ThreadPoolTeam(2));
        Tensor found = operation.Run(input, weight, bias);
        operation.MoveRunning(mean, variance, (long)timeSteps / groups * rows * side * side);
        if (isTaken)
        {
            Assert.IsTrue(operation.Loan.Take());
        }
        Tensor passed = upstream.clone();
        IList<Tensor> gradients = autograd.grad([found], [input, weight, bias], [passed]);

        AssertClose(expected, found);
        AssertClose(expectedMean, mean);
        AssertClose(expectedVariance, variance);
        for (int i = 0; i < gradients.Count; i++)
        {
            AssertClose(expectedGradients[i], gradients[i]);
        }
        Assert.AreEqual(!isTaken, passed.equal(upstream).all().item<bool>(), "the upstream gradient's memory");
        CallbackGradients.Release();
    }

    private static void AssertClose(Tensor expected, Tensor found)
    {
        Assert.AreSequenceEqual(expected.shape, found.shape);
        double scale = Math.Max(1, expected.abs().max().item<float>());
        float[] a = expected.detach().contiguous().data<float>().ToArray(),
            b = found.detach().contiguous().data<float>().ToArray();
        for (int i = 0; i < a.Length; i++)
        {
            Assert.AreEqual(a[i], b[i], Tolerance * scale);
        }
    }
}
