using Microsoft.ML.Spiking.Tests.Training.Cuda;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;

namespace Microsoft.ML.Spiking.Tests.Training.Feed;

/// <summary>Copies to a device that are not waited for, until the memory that they come from is needed again.</summary>
[TestClass]
public sealed class CopyMarkTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Fill_ABufferThatWasCopied_WaitsForTheCopiesFirst()
    {
        var driver = new HostDriver { IsIdle = true };
        CudaKernels kernels = CudaKernels.Open(driver, new HostCompiler(), 0);
        using DisposeScope scope = torch.NewDisposeScope();
        IRowReader reader = new Reader(() => driver.Calls.Add("read"));
        driver.Calls.Clear();

        var buffer = new BatchBuffer(2, 3, null, torch.CPU, kernelsOf: _ => kernels);
        Assert.IsTrue(buffer.Fill(reader));
        _ = buffer.Take();
        Assert.IsTrue(buffer.Fill(reader));
        Assert.IsTrue(buffer.Fill(reader));
        _ = buffer.Take();
        buffer.Dispose();

        Assert.AreSequenceEqual(
        [
            "read", "cuEventCreate()", "cuEventRecord(88, 5)", "cuEventSynchronize(88)", "read", "read",
            "cuEventRecord(88, 5)", "cuEventSynchronize(88)", "cuEventDestroy(88)",
        ], driver.Calls.Where(call => !call.StartsWith("cuCtx", StringComparison.Ordinal)));
        Assert.AreEqual(0, driver.Depth);
    }

    private sealed class Reader(Action read) : IRowReader
    {
        public int Read(Span<float> features, Span<long> labels, Span<float> weights)
        {
            read();
            weights.Fill(1);
            return labels.Length;
        }

        public void Skip(int rows) { }

        public int Read(SparseRows features, Span<long> labels, Span<float> weights) =>
            throw new NotSupportedException();

        public void Dispose() { }
    }
}
