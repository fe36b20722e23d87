using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>Dropout's masks from the CUDA kernel, run on the CPU.</summary>
[TestClass]
public sealed class CudaDropoutTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DataRow(1, 1, 1L)]
    [DataRow(7, 3, 12_345L)]
    [DataRow(1023, 400, 5_000_000_000L)] // beyond 32 bits
    public void Forward_MaskOfTheKernel_IsThatOfTheCpuBitForBit(int width, int epoch, long firstRow)
    {
        using DisposeScope scope = NewDisposeScope();
        const int timeSteps = 2, rows = 5;
        var driver = new HostDriver();
        CudaKernels kernels = CudaKernels.Open(driver, new HostCompiler(), 0);
        var pass = new ForwardPass { IsTraining = true, Seed = -17, Epoch = epoch, FirstRow = firstRow };
        var input = new TorchSignal(ones(timeSteps, rows, width), IsConstant: false);

        Tensor expected = new TorchDropout(index: 9, rate: 0.3).Forward(input, pass).Values;
        Tensor found = new TorchDropout(index: 9, rate: 0.3, kernels).Forward(input, pass).Values;

        Assert.IsTrue(found.Equals(expected));
        Assert.Contains(call => call.StartsWith("cuLaunchKernel", StringComparison.Ordinal), driver.Calls);
        if (width > 1000)
        {
            Assert.AreEqual(0.3, expected.eq(zeros(1)).to(ScalarType.Float32).mean().item<float>(), 0.02);
        }
    }
}
