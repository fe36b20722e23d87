using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Tests.Scoring.Spikes;

[TestClass]
public sealed class SpikeTargetTests
{
    [TestMethod]
    public void EachStep_Spikes_LeaveAsTheyAre()
    {
        SpikeTarget target = SpikeTarget.EachStep(3, timeSteps: 4);

        Assert.AreEqual((3, 4, 1f, true), (target.Size, target.Steps, target.Share, target.IsEachStep));
        Assert.AreSequenceEqual([0, 1, 2], target.Places);
    }

    [TestMethod]
    public void MeanOverTime_Spikes_AreSharedByTheSteps()
    {
        SpikeTarget target = SpikeTarget.MeanOverTime(3, timeSteps: 4);

        Assert.AreEqual((3, 1, 0.25f, false), (target.Size, target.Steps, target.Share, target.IsEachStep));
        Assert.AreSequenceEqual([0, 1, 2], target.Places);
    }

    [TestMethod]
    public void Pooled_WindowsThatCoverTheImageOnce_AddEachPixelToItsWindow()
    {
        SpikeTarget target = SpikeTarget.Pooled(
            PoolWindows.Sliding(new(4, 3), new(2, 1), new(2, 3), new(2, 3), 0), channels: 2, timeSteps: 5)!;

        Assert.AreEqual((4, 5, 1f / 6, false), (target.Size, target.Steps, target.Share, target.IsEachStep));
        Assert.AreSequenceEqual(
            [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3], target.Places);
    }

    [TestMethod]
    public void Pooled_WindowsSideBySide_CountColumnsFirst()
    {
        SpikeTarget target = SpikeTarget.Pooled(PoolWindows.Adaptive(4, 2), channels: 1, timeSteps: 1)!;

        Assert.AreSequenceEqual([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3], target.Places);
        Assert.AreEqual((4, 0.25f), (target.Size, target.Share));
    }

    [TestMethod]
    public void Pooled_MoreWindowsDownThanAcross_CountsBoth()
    {
        SpikeTarget target = SpikeTarget.Pooled(
            PoolWindows.Sliding(new(6, 4), new(3, 2), new(2, 2), new(2, 2), 0), channels: 5, timeSteps: 1)!;

        Assert.AreEqual((30, 0.25f), (target.Size, target.Share));
        Assert.AreEqual(29, target.Places[^1]);
    }

    [TestMethod]
    public void Pooled_FirstLineInNoWindow_GivesNull() => Assert.IsNull(
        SpikeTarget.Pooled(new PoolWindows(new(4, 1), [(1, 3), (2, 4)], [(0, 1)]), channels: 1, timeSteps: 1));

    [TestMethod]
    [DataRow(5, 2, 2, 2, 0)] // the last row and column are in no window
    [DataRow(4, 2, 3, 1, 0)] // windows overlap
    [DataRow(4, 2, 2, 1, 0)] // these too
    [DataRow(4, 2, 1, 3, 0)] // lines between them are in none
    [DataRow(3, 2, 2, 2, 1)] // the first window is cut by the padding
    public void Pooled_WindowsThatDoNotPartTheImage_GivesNull(int side, int places, int kernel, int stride, int padding)
    {
        Assert.IsNull(SpikeTarget.Pooled(PoolWindows.Sliding(side, places, kernel, stride, padding), 1, 1));
        Assert.IsNull(SpikeTarget.Pooled(PoolWindows.Sliding(
            new(side, 2), new(places, 1), new(kernel, 2), new(stride, 2), new(padding, 0)), 1, 1));
        Assert.IsNull(SpikeTarget.Pooled(PoolWindows.Sliding(
            new(2, side), new(1, places), new(2, kernel), new(2, stride), new(0, padding)), 1, 1));
    }
}
