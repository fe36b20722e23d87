using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Augmentation;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Augmentation;

/// <summary>Labels and weights of mixed rows.</summary>
[TestClass]
public sealed class MixedBatchTests
{
    private const int Rows = 6;
    private static readonly long[] Labels = [0, 2, 2, 1, 0, 1];

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void TryRead_Mixup_HasTheFeaturesShareOfEachClass()
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchBuffer buffer = Buffer(new() { MixupAlpha = 1 });
        Batch batch = Read(buffer, weights: null);
        float[] features = batch.Features.data<float>().ToArray();
        // Row i has the value 10^i, so its share can be read from its own feature.
        double share = (features[1] - 1) / 9.0;

        float[] classes = batch.Classes(3, ScalarType.Float32).data<float>().ToArray();

        Assert.IsInRange(0.01, 0.99, share);
        Assert.IsNull(batch.Weights);
        Assert.AreEqual(Rows, batch.TotalWeight, 1e-5);
        for (int row = 0; row < Rows; row++)
        {
            long before = Labels[(row + Rows - 1) % Rows];
            for (int c = 0; c < 3; c++)
            {
                double expected = (Labels[row] == c ? share : 0) + (before == c ? 1 - share : 0);
                Assert.AreEqual(expected, classes[(row * 3) + c], 1e-5);
            }
            Assert.AreEqual(1.0, classes[(row * 3)..((row + 1) * 3)].Sum(), 1e-6);
        }
    }

    [TestMethod]
    public void TryRead_MixedRowsOfDifferentWeight_CountEachPartWithItsOwn()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] weights = [1, 2, 3, 4, 5, 6], classWeights = [1, 10, 0.5f];
        using BatchBuffer buffer = Buffer(new() { MixupAlpha = 1 }, classWeights);
        Batch batch = Read(buffer, weights);
        double share = (batch.Features.data<float>().ToArray()[1] - 1) / 9.0;
        Tensor logits = tensor(Enumerable.Range(0, 2 * Rows * 3).Select(i => Math.Sin(i)).ToArray(), [2, Rows, 3]);
        double Mean(Tensor labels, double[] of) => new Loss(0, LossTarget.Constant, 0)
            .Compute(logits, Loss.OneHot(labels, 3, ScalarType.Float64), tensor(of)).item<double>() * of.Sum();
        double[] own = [.. Enumerable.Range(0, Rows).Select(i => (double)weights[i] * classWeights[Labels[i]])];
        double[] before = [.. Enumerable.Range(0, Rows).Select(i => own[(i + Rows - 1) % Rows])];
        double expected =
            ((share * Mean(tensor(Labels), own)) + ((1 - share) * Mean(tensor(Labels).roll(1, 0), before))) / own.Sum();

        double found = new Loss(0, LossTarget.Constant, 0).Compute(
            logits, batch.Classes(3, ScalarType.Float64), batch.Weights!.to_type(ScalarType.Float64)).item<double>();

        Assert.AreEqual(own.Sum(), batch.TotalWeight, 1e-4);
        Assert.AreEqual(expected, found, 1e-5);
    }

    [TestMethod]
    public void TryRead_NothingMixed_HasPlainClasses()
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchBuffer buffer = Buffer(new() { HorizontalFlip = true });
        Batch batch = Read(buffer, weights: null);
        Assert.IsNull(batch.Shares);
        Assert.AreEqual((double)Rows, batch.Classes(3, ScalarType.Float32).max(1).values.sum().item<float>());
    }

    private static BatchBuffer Buffer(ImageAugmentation recipe, float[]? classWeights = null) =>
        new(Rows, 1, classWeights, CPU, new BatchAugmenter(recipe, new RowLayout([1, 1, 1], null), [0f], seed: 4));

    private Batch Read(BatchBuffer buffer, float[]? weights)
    {
        float[][] rows = [.. Enumerable.Range(0, Rows).Select(i => new[] { MathF.Pow(10, i) })];
        var source = new ArrayRowSource(rows, [.. Labels.Select(label => (int)label)], weights);
        using IRowReader reader = RowFeed.Open(source, 3, 1 << 20, TestContext.CancellationToken).InOrder();
        Assert.IsTrue(buffer.TryRead(reader, out Batch batch, epoch: 1));
        return batch;
    }
}
