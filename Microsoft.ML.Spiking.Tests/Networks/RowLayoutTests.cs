using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Networks;

[TestClass]
public sealed class RowLayoutTests
{
    [TestMethod]
    [DataRow(new[] { 784 }, null, new[] { 784 }, null)]
    [DataRow(new[] { 784 }, new[] { 1, 28, 28 }, new[] { 1, 28, 28 }, null)]
    [DataRow(new[] { 784 }, new[] { 4, 1, 14, 14 }, new[] { 1, 14, 14 }, 4)]
    [DataRow(new[] { 3, 8, 8 }, null, new[] { 3, 8, 8 }, null)]
    [DataRow(new[] { 5, 2, 8, 8 }, null, new[] { 2, 8, 8 }, 5)]
    [DataRow(new[] { 28, 28 }, new[] { 1, 28, 28 }, new[] { 1, 28, 28 }, null)]
    public void Of_ColumnAndWhatIsGiven_FindsStepAndTime(int[] column, int[]? given, int[] step, int? timeSteps)
    {
        RowLayout layout = RowLayout.Of(column, given);

        Assert.AreSequenceEqual(step, layout.StepShape.ToArray());
        Assert.AreEqual(timeSteps, layout.TimeSteps);
    }

    [TestMethod]
    public void Of_AnotherNumberOfValues_SaysBoth()
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(() => RowLayout.Of([783], [1, 28, 28])).Message;

        Assert.Contains("[1, 28, 28] has 784 values", message);
        Assert.Contains("has 783", message);
    }
}
