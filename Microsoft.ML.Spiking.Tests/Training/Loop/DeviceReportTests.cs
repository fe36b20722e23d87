using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class DeviceReportTests
{
    /// <summary>Where oneDNN is off, and only there, a training with convolutions says so.</summary>
    [TestMethod]
    public void Report_OnTheCpu_TellsConvolutionsOfOneDnn()
    {
        NativeRuntime.EnsureLoaded(withCuda: false);
        NetworkSize[] networks =
            [new(new ConvNet(4), [1, 8, 8], IsConvolutional: true), new(new Mlp(4), [8], IsConvolutional: false)];
        foreach (NetworkSize size in networks)
        {
            var observer = new RecordingObserver();
            DeviceChoice.Report([CPU], size.Template.Bind(
                new(size.Shape, 3, 4, new DirectEncoder(), new ClifNeuron(), Dropout: 0)), threads: 1, observer);
            Assert.AreEqual(size.IsConvolutional && OneDnn.IsOff,
                observer.Infos.Any(text => text.Contains("oneDNN", StringComparison.Ordinal)));
            Assert.IsEmpty(observer.Warnings);
        }
    }

    private sealed record NetworkSize(NetworkTemplate Template, int[] Shape, bool IsConvolutional);
}
