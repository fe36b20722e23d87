using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// The training device: that of the options, else of the context, else the first CUDA device, else the CPU.
/// </summary>
[TestClass]
public sealed class DeviceChoiceTests
{
    [TestMethod]
    [DataRow(ComputeDevice.Auto, null, false, 0, null)]
    [DataRow(ComputeDevice.Auto, null, false, 2, 0)]
    [DataRow(ComputeDevice.Auto, 1, false, 2, 1)]
    [DataRow(ComputeDevice.Auto, 2, true, 2, null)]
    [DataRow(ComputeDevice.Auto, 0, true, 0, null)]
    [DataRow(ComputeDevice.Auto, 1, true, 2, 1)]
    [DataRow(ComputeDevice.Cuda, null, false, 1, 0)]
    [DataRow(ComputeDevice.Cuda, 1, false, 2, 1)]
    public void Choose_DeviceThatIsThere_IsTaken(
        ComputeDevice device, int? index, bool fallsBack, int available, int? expected) =>
        Assert.AreEqual(expected, DeviceChoice.Choose(device, index, fallsBack, available, TorchUse.Training));

    [TestMethod]
    [DataRow(ComputeDevice.Auto, 2, false, 2, "device 2 was asked for, but there are only the devices 0 to 1.")]
    [DataRow(ComputeDevice.Auto, 0, false, 0, "device 0 was asked for, but no CUDA device can be used")]
    [DataRow(ComputeDevice.Cuda, 0, true, 0, "device 0 was asked for, but no CUDA device can be used")]
    [DataRow(ComputeDevice.Cuda, null, false, 0, "Training on CUDA was asked for, but no CUDA device can be used")]
    public void Choose_DeviceThatIsNotThere_SaysSo(
        ComputeDevice device, int? index, bool fallsBack, int available, string sentence) =>
        Assert.Contains(sentence, Assert.ThrowsExactly<InvalidOperationException>(
            () => DeviceChoice.Choose(device, index, fallsBack, available, TorchUse.Training)).Message);

    [TestMethod]
    public void Fit_AutoWithAnIndexThatIsNotThere_IsRefusedAndAContextMayFallBack()
    {
        const int Index = 97;
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);
        var warnings = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning)
            {
                warnings.Add(e.RawMessage);
            }
        };
        SpikingPredictionTransformer Fit(int? index) => Flowers.Fit(ml, data, options =>
            (options.Device, options.CudaDeviceIndex, options.Epochs) = (ComputeDevice.Auto, index, 1));
        void AssertRefused(int? index) => Assert.Contains("Training on CUDA device 97 was asked for",
            Assert.ThrowsExactly<InvalidOperationException>(() => Fit(index)).Message);

        AssertRefused(Index);
        ml.GpuDeviceId = Index;
        AssertRefused(null);
        ml.FallbackToCpu = true;
        AssertRefused(Index);
        Fit(null);
        Assert.AreEqual("CUDA device 97, which the MLContext names, cannot be used; it allows the CPU instead.",
            warnings.Single());
        if (!torch.cuda.is_available())
        {
            Flowers.Fit(ml, data, options => (options.Device, options.Epochs, options.ScoringBackend) =
                (ComputeDevice.Auto, 1, ScoringBackend.Torch));
        }
    }
}
