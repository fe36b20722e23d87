using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Optimizers;

[TestClass]
public sealed class GradientAccumulationTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Finish_BatchesOfDifferentWeight_GivesTheGradientOfTheirWeightedMean()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameter = tensor(new double[] { 1, 1 }).requires_grad_();
        Tensor unused = tensor(new double[] { 4 }).requires_grad_();
        var group = new GradientAccumulation([parameter, unused], batches: 3);

        Assert.IsTrue(group.IsEmpty);
        group.Add((parameter * tensor(new double[] { 1, 2 })).sum(), weight: 2);
        group.Add((parameter * tensor(new double[] { 5, 6 })).sum(), weight: 6);
        Assert.IsFalse(group.IsEmpty || group.IsComplete);
        group.Finish();

        GoldenFiles.AssertClose([4, 5], [.. parameter.grad!.data<double>()], 1e-12, "gradient");
        Assert.IsNull(unused.grad);
        Assert.IsTrue(group.IsEmpty);
    }

    [TestMethod]
    [DataRow(32, 2)] // 200 rows: groups of 64, the last of 8
    [DataRow(16, 4)]
    [DataRow(9, 23)] // one group is the whole epoch
    public void Run_SmallBatchesAddedUp_LearnsWhatLargeOnesDo(int batchSize, int accumulation)
    {
        float[] weights = [.. Enumerable.Range(0, 200).Select(i => 1f + (i % 4))];
        (float[][] points, int[] labels) = Toy.Points(200);
        TrainingSettings large = Toy.Settings with { BatchSize = Math.Min(200, batchSize * accumulation), Epochs = 2 };

        TrainingOutcome expected = Toy.Train(large, new(points, labels, weights), network: Toy.Network(dropout: 0.2));
        var observer = new RecordingObserver();
        TrainingOutcome actual = Toy.Train(large with { BatchSize = batchSize, GradientAccumulation = accumulation },
            new(points, labels, weights), observer: observer, network: Toy.Network(dropout: 0.2));

        float[] one = Toy.Flat(expected.Weights), other = Toy.Flat(actual.Weights);
        for (int i = 0; i < one.Length; i++)
        {
            Assert.AreEqual(one[i], other[i], 1e-4f);
        }
        Assert.AreEqual(expected.History[^1].LearningRate, actual.History[^1].LearningRate);
        Assert.HasCount(2 * ((200 + batchSize - 1) / batchSize), observer.Batches);
    }
}
