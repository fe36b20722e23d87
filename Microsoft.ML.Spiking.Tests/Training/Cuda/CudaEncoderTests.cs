using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>The encoders' kernels, which run on this processor.</summary>
[TestClass]
public sealed class CudaEncoderTests
{
    // Beyond the range on both sides, halves of a step, both zeros, and what is no number.
    private static readonly float[] Values =
        [0, -0f, -1, 0.1f, 0.25f, 0.5f, 0.75f, 0.9f, 1, 1.5f, float.NaN, float.PositiveInfinity, 1e-30f];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DataRow(1, 1, true)]
    [DataRow(5, 7, true)]
    [DataRow(3, 403, true)]
    [DataRow(3, 403, false)]
    public void Encode_Poisson_IsThatOfTheCpuBitForBit(int rows, int width, bool isTraining) =>
        AssertEqual(new PoissonEncoder { Rate = 0.7, Seed = -5 }, rows, width, timeSteps: 6, isTraining);

    [TestMethod]
    [DataRow(1, 1, 1)]
    [DataRow(5, 7, 4)]
    [DataRow(3, 403, 9)]
    public void Encode_Latency_IsThatOfTheCpuBitForBit(int rows, int width, int timeSteps) =>
        AssertEqual(new LatencyEncoder(), rows, width, timeSteps, isTraining: true);

    private static void AssertEqual(InputEncoder encoder, int rows, int width, int timeSteps, bool isTraining)
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkDefinition network =
            new Mlp(3).Bind(new([width], ClassCount: 2, timeSteps, encoder, new ClifNeuron(), Dropout: 0));
        var pass = new ForwardPass { IsTraining = isTraining, Seed = -17, Epoch = 3 };
        Tensor input = tensor(Enumerable.Range(0, rows * width)
            .Select(i => i < Values.Length ? Values[i] : i % 11 / 10f).ToArray()).view(rows, width);
        var driver = new HostDriver();

        Tensor expected = new TorchEncoder(network).Encode(input, pass).Values;
        Tensor found =
            new TorchEncoder(network, CudaKernels.Open(driver, new HostCompiler(), 0)).Encode(input, pass).Values;

        Assert.AreSequenceEqual([timeSteps, rows, width], found.shape);
        Assert.IsTrue(found.Equals(expected));
        Assert.Contains(call => call.StartsWith("cuLaunchKernel", StringComparison.Ordinal), driver.Calls);
        if (width > 100)
        {
            Assert.IsGreaterThan(0, expected.sum().item<float>());
        }
    }
}
