using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Tests.Scoring.Plan;

[TestClass]
public sealed class PlanTests
{
    [TestMethod]
    public void Sliding_Windows_AreCutToTheImage()
    {
        PoolWindows windows = PoolWindows.Sliding(new(5, 7), new(3, 4), new(3, 2), 2, new(1, 0));

        Assert.AreEqual("0-2 1-4 3-5", Text(windows.Rows));
        Assert.AreEqual("0-2 2-4 4-6 6-7", Text(windows.Columns));
        Assert.AreEqual(new Extent(5, 7), windows.Input);
    }

    [TestMethod]
    public void Adaptive_Windows_ShareTheImageOut()
    {
        PoolWindows windows = PoolWindows.Adaptive(new(5, 6), new(3, 2));

        Assert.AreEqual("0-2 1-4 3-5", Text(windows.Rows));
        Assert.AreEqual("0-3 3-6", Text(windows.Columns));
    }

    [TestMethod]
    public void ConvolutionShape_Sizes_AreThoseOfAGroup()
    {
        ConvolutionShape shape = Shape(groups: 2);

        Assert.AreEqual((2, 2, 3), (shape.Groups, shape.GroupInputs, shape.GroupOutputs));
        Assert.AreEqual((35, 48, 12), (shape.InputPixels, shape.OutputSize, shape.KernelSize));
    }

    /// <summary>[output, channel, row, column] becomes [output, row, column, channel], group by group.</summary>
    [TestMethod]
    public void GroupWeights_OfAGroup_LieAsImagesDo()
    {
        float[] weights = [.. Enumerable.Range(0, 6 * 2 * 6).Select(i => (float)i)];

        float[] second = Shape(groups: 2).GroupWeights(weights, 1);

        Assert.HasCount(36, second);
        Assert.AreSequenceEqual(
            new float[] { 36, 42, 37, 43, 38, 44, 39, 45, 40, 46, 41, 47, 48, 54 }, second[..14]);
        Assert.AreEqual(71f, second[35]);
    }

    /// <summary>A chain takes two buffers in turn; a result that is read again later keeps its own.</summary>
    [TestMethod]
    [DataRow("r>0 0>1 1>2 2>3", 3, "r>0 0>1 1>0 0>1", "10 10", 1)]
    [DataRow("r>0 0>1 0>2 1>2 2>3", 3, "r>0 0>1 0>2 1>2 2>1", "10 10 10", 1)]
    [DataRow("r>0 0>0 0>1", 1, "r>0 0>0 0>1", "10 10", 1)]
    [DataRow("r>0 r>1 0>2 1>2", 2, "r>0 r>1 0>2 1>2", "10 10 10", 2)]
    [DataRow("r>0 r>1", 1, "r>0 r>0", "10", 0)]
    [DataRow("r>0", 0, "r>0", "10", 0)]
    [DataRow("r>0 0>1 r>2 r>3 1>4 2>4 3>4", 4, "r>0 0>1 r>0 r>2 1>3 0>3 2>3", "10 10 10 10", 3)]
    public void Apply_Steps_ReusesBuffersThatAreReadNoMore(
        string steps, int output, string expected, string lengths, int expectedOutput)
    {
        ScoringPlan plan = BufferAssignment.Apply(
            [.. steps.Split(' ').Select(step => Step(step, length: 10))], output);

        Assert.AreEqual(expected,
            string.Join(' ', plan.Steps.Select(step => $"{Buffer(step.Input)}>{Buffer(step.Output)}")));
        Assert.AreEqual(lengths, string.Join(' ', plan.BufferLengths));
        Assert.AreEqual(expectedOutput, plan.Output);
    }

    [TestMethod]
    public void Apply_ResultsOfManyLengths_MakesBuffersForTheLongest()
    {
        ScoringPlan plan = BufferAssignment.Apply(
            [Step("r>0", 7), Step("0>1", 20), Step("1>2", 30), Step("2>3", 5)], output: 3);

        Assert.AreEqual("30 20", string.Join(' ', plan.BufferLengths));
    }

    [TestMethod]
    [DataRow(false, 10L, 1)]
    [DataRow(true, 10L, 8)]
    [DataRow(true, (1L << 17) - 1, 4)]
    [DataRow(true, 1L << 17, 3)]
    [DataRow(true, 1L << 20, 1)]
    public void BlockRows_OfAPlan_KeepTheRowsInTheCache(bool gains, long length, int rows)
    {
        var plan = new ScoringPlan(
            [new(new Executor(length, gains: false), ScoringPlan.Row, 0), new(new Executor(length, gains), 0, 1)],
            [length - 1, 1], 1);

        Assert.AreEqual(rows, plan.BlockRows);
        Assert.AreEqual(100 + rows, plan.ScratchLength);
    }

    [TestMethod]
    public void BlockRows_SeveralLayersThatGain_AreThoseOfOne()
    {
        var executor = new Executor(length: 10, gains: true);

        Assert.AreEqual(8, new ScoringPlan(
            [new(executor, ScoringPlan.Row, 0), new(executor, 0, 1)], [10, 10], 1).BlockRows);
    }

    private static string Text((int First, int End)[] windows) =>
        string.Join(' ', windows.Select(window => $"{window.First}-{window.End}"));

    private static string Buffer(int index) => index == ScoringPlan.Row ? "r" : $"{index}";

    private static ScoringStep Step(string text, long length)
    {
        string[] buffers = text.Split('>');
        return new(new Executor(length, gains: false), buffers[0] == "r" ? ScoringPlan.Row : int.Parse(buffers[0],
            System.Globalization.CultureInfo.InvariantCulture), int.Parse(buffers[1],
            System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Six outputs and four inputs on an image of 5x7, by a kernel of 3x2.</summary>
    private static ConvolutionShape Shape(int groups) =>
        new(new ConvolutionLayer("c", 4, 6, new(3, 2), 2, 0, groups), new(5, 7), new(2, 4));

    private sealed unsafe class Executor(long length, bool gains) : LayerExecutor
    {
        public override long OutputLength => length;

        public override bool GainsFromRows => gains;

        public override long ScratchLengthFor(int rows) => gains ? 100 + rows : rows == 1 ? 101 : 0;

        public override void Run(float* input, float* output, float* scratch) => throw new NotSupportedException();
    }
}
