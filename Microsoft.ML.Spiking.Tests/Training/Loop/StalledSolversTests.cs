using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class StalledSolversTests
{
    [TestMethod]
    public void Warn_LayersThatStallAgain_NamesEachOnce()
    {
        var observer = new RecordingObserver();
        var stalled = new StalledSolvers();

        stalled.Warn(observer);
        stalled.Add("feedback1");
        stalled.Warn(observer);
        stalled.Add("feedback1");
        stalled.Add("feedback2");
        stalled.Warn(observer);

        Assert.HasCount(2, observer.Warnings);
        Assert.StartsWith("Layer 'feedback1': the equilibrium's gradient has not converged", observer.Warnings[0]);
        Assert.StartsWith("Layer 'feedback2': ", observer.Warnings[1]);
    }
}
