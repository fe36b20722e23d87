using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Ranks;

namespace Microsoft.ML.Spiking.Tests.Training.Ranks;

/// <summary>
/// Several ranks learn what one process does that accumulates the gradients of the same parts of each batch, to the
/// last bit, and all of them the same. The ranks are threads here; the tests of the package start processes.
/// </summary>
[TestClass]
public sealed class RankTests
{
    private static readonly NetworkDefinition Images =
        new ConvNet(4).Bind(new([1, 2, 4], Toy.Classes, 3, new DirectEncoder(), new PlifNeuron(), Dropout: 0.2));

    private static readonly Dictionary<string, (TrainingSettings Settings, NetworkDefinition Network)> Trainings = new()
    {
        ["perceptron with dropout"] = (Toy.Settings, Toy.Network(dropout: 0.2)),
        ["AdamW, clipped, accumulation, small memory"] = (Toy.Settings with
        {
            Epochs = 3,
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 0.01,
            GradientAccumulation = 3,
            GradientClipping = 0.5,
            MemoryBudget = 4000,
        }, Toy.Network()),
        ["batch norm by step"] = (Toy.Settings with { Epochs = 3 }, Images),
        ["checkpointing, augmentation and mixing"] = (Toy.Settings with
        {
            Epochs = 2,
            ActivationCheckpointing = true,
            Augmentation = new() { CropPadding = 1, HorizontalFlip = true, MixupAlpha = 0.4 },
        }, Images),
    };

    public static IEnumerable<(string Name, int Ranks)> Cases =>
        Trainings.Keys.SelectMany(name => new[] { (name, 2), (name, 3) });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Run_OnSeveralRanks_LearnsWhatAccumulationDoes(string name, int ranks)
    {
        (TrainingSettings settings, NetworkDefinition network) = Trainings[name];
        settings = settings with { BatchSize = 23, ClassWeighting = ClassWeighting.Balanced };

        TrainingOutcome expected = Train(settings with
        {
            BatchSize = (23 + ranks - 1) / ranks,
            GradientAccumulation = settings.GradientAccumulation * ranks,
        }, network);
        TrainingOutcome[] actual =
            ThreadRanks.RunAll(ranks, rank => Train(settings with { Ranks = rank }, network));

        foreach (TrainingOutcome outcome in actual)
        {
            Assert.AreSequenceEqual(Toy.Flat(expected.Weights), Toy.Flat(outcome.Weights), name);
            Sameness.AssertSame(expected.History, outcome.History);
        }
    }

    [TestMethod]
    public void Run_MoreRanksThanBatches_LearnsWhatAccumulationDoes()
    {
        TrainingSettings settings = Toy.Settings with { BatchSize = 200, Epochs = 2 };
        TrainingOutcome expected =
            Train(settings with { BatchSize = 20, GradientAccumulation = 10 }, Images, rows: 45);
        TrainingOutcome[] actual =
            ThreadRanks.RunAll(10, rank => Train(settings with { Ranks = rank }, Images, rows: 45));

        Assert.AreSequenceEqual(Toy.Flat(expected.Weights), Toy.Flat(actual[0].Weights));
        Assert.AreSequenceEqual(Toy.Flat(expected.Weights), Toy.Flat(actual[9].Weights));
    }

    [TestMethod]
    [DataRow(BatchNormMode.PerTimeStep)]
    [DataRow(BatchNormMode.AcrossTime)]
    public void Run_SynchronizedBatchNorm_LearnsWhatTheWholeBatchDoes(BatchNormMode mode)
    {
        NetworkDefinition network = new ConvNet(4).Bind(
            new([1, 2, 4], Toy.Classes, 3, new DirectEncoder(), new ReluNeuron(), Dropout: 0) { BatchNorm = mode });
        TrainingSettings settings = Toy.Settings with { BatchSize = 50, Epochs = 2, LearningRate = 0.02 };

        TrainingOutcome whole = Train(settings, network);
        TrainingOutcome[] together = ThreadRanks.RunAll(
            2, rank => Train(settings with { Ranks = rank, SynchronizesBatchNorm = true }, network));
        TrainingOutcome separate =
            ThreadRanks.RunAll(2, rank => Train(settings with { Ranks = rank }, network))[0];

        float[] expected = Toy.Flat(whole.Weights);
        Assert.AreSequenceEqual(Toy.Flat(together[0].Weights), Toy.Flat(together[1].Weights));
        Assert.IsLessThan(1e-4, Difference(expected, Toy.Flat(together[0].Weights)));
        Assert.IsGreaterThan(1e-3, Difference(expected, Toy.Flat(separate.Weights)));
    }

    [TestMethod]
    public void Run_OneRankIsCancelled_EndsOnAllAndResumesFromRankZero()
    {
        TrainingSettings settings = Toy.Settings with { Epochs = 3, GradientAccumulation = 2 };
        TrainingOutcome whole = ThreadRanks.RunAll(2, rank => Train(settings with { Ranks = rank }, Images))[0];

        using var folder = new TemporaryFolder();
        foreach (int stop in new[] { 3, 1, 9 })
        {
            (TrainingOutcome?, Exception? Fault)[] stopped = ThreadRanks.Run(2, rank =>
            {
                using var source = new CancellationTokenSource();
                int batches = 0;
                var observer = new RecordingObserver { OnBatch = _ => CancelIf(++batches == stop, source) };
                return Train(settings with { Ranks = rank, CheckpointFolder = OfFirst(rank, folder) }, Images,
                    observer: observer, source: rank.Rank == 1 ? source : null);
            });
            foreach ((_, Exception? fault) in stopped)
            {
                Assert.IsInstanceOfType<OperationCanceledException>(fault);
            }
        }
        TrainingOutcome[] resumed = ThreadRanks.RunAll(
            2, rank => Train(settings with { Ranks = rank, CheckpointFolder = OfFirst(rank, folder) }, Images));

        Assert.AreSequenceEqual(Toy.Flat(whole.Weights), Toy.Flat(resumed[1].Weights));
        Sameness.AssertSame(whole.History, resumed[1].History);
    }

    [TestMethod]
    public void Run_RanksWithOtherDataOrOptions_IsRefusedOnAllOfThem()
    {
        AssertRefused("rank 1 has 199 training rows of 8 features and rank 0 has 200 of 8",
            rank => Train(Toy.Settings with { Ranks = rank }, Toy.Network(), rows: 200 - rank.Rank));
        AssertRefused("rank 1 has LearningRate 0.2 (rank 0: 0.1)", rank => Train(
            Toy.Settings with { Ranks = rank, LearningRate = rank.Rank == 1 ? 0.2 : 0.1 }, Toy.Network()));
        AssertRefused("rank 1 has another network than rank 0",
            rank => Train(Toy.Settings with { Ranks = rank }, Toy.Network(hidden: 20 + rank.Rank)));
        AssertRefused("with other labels or weights, or in another order",
            rank => Train(Toy.Settings with { Ranks = rank }, Toy.Network(), firstWeight: 1 + rank.Rank));
    }

    [TestMethod]
    public void Run_WithoutASeed_TakesThatOfRankZero()
    {
        TrainingOutcome[] outcomes = ThreadRanks.RunAll(2, rank => Train(
            Toy.Settings with { Ranks = rank, Seed = 7 + rank.Rank, IsSeedGiven = false, Epochs = 1 }, Toy.Network()));
        Assert.AreSequenceEqual(Toy.Flat(outcomes[0].Weights), Toy.Flat(outcomes[1].Weights));
    }

    [TestMethod]
    public void Fit_OneRankFails_AbandonsTheOthersWithItsSentence()
    {
        var abandoned = new string?[2];
        (object?, Exception? Fault)[] faults = ThreadRanks.Run<object>(2, rank =>
        {
            var context = new MLContext(seed: 1);
            try
            {
                return context.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
                {
                    Ranks = rank,
                    FeatureColumnName = rank.Rank == 1 ? "Missing" : "Features",
                }).Fit(Flowers.Keyed(context));
            }
            finally
            {
                abandoned[rank.Rank] = rank.Reason;
            }
        });

        Assert.IsNotNull(faults[0].Fault);
        Assert.IsInstanceOfType<ArgumentException>(faults[1].Fault);
        Assert.IsNull(abandoned[0]);
        Assert.StartsWith("Rank 1 of 2 cannot train, which ends all: ", abandoned[1]);
        Assert.Contains("'Missing'", abandoned[1]!);
    }

    [TestMethod]
    public void Sum_AnyPart_AddsInTheRanksOrder()
    {
        float[][] terms = [[1e8f, 1, 2, -0f, 5], [1, 2, 3, -0f, 6], [-1e8f, 4, 5, -0f, 7]];
        float[] start = [10, 10, 10, 10, 10];
        foreach (int members in new[] { 1, 2, 3 })
        {
            foreach (bool startsEmpty in new[] { true, false })
            {
                float[] expected = startsEmpty ? [.. terms[0]] : [.. start.Zip(terms[0], (a, b) => a + b)];
                for (int i = 1; i < members; i++)
                {
                    expected = [.. expected.Zip(terms[i], (a, b) => a + b)];
                }
                float[][] sums = ThreadRanks.RunAll(3, rank =>
                {
                    float[] values = rank.Rank < members ? [.. terms[rank.Rank]] : new float[5];
                    rank.Sum(values.AsSpan(), members, startsEmpty ? [] : start);
                    return values;
                });
                foreach (float[] sum in sums)
                {
                    Assert.AreSequenceEqual(expected.Select(BitConverter.SingleToInt32Bits).ToArray(),
                        sum.Select(BitConverter.SingleToInt32Bits).ToArray());
                }
            }
        }
    }

    private static void AssertRefused(string part, Func<ThreadRanks, TrainingOutcome> train)
    {
        foreach ((_, Exception? fault) in ThreadRanks.Run(2, train))
        {
            Assert.Contains(part, Assert.IsInstanceOfType<RankRefusalException>(fault).Message);
        }
    }

    private static string? OfFirst(ThreadRanks rank, TemporaryFolder folder) => rank.IsFirst ? folder.Path : null;

    private static double Difference(float[] expected, float[] actual) =>
        expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();

    private static TrainingOutcome Train(TrainingSettings settings, NetworkDefinition network, int rows = 200,
        float firstWeight = 1, RecordingObserver? observer = null, CancellationTokenSource? source = null)
    {
        (float[][] points, int[] labels) = Toy.Points(rows);
        float[] weights = [.. Enumerable.Range(0, rows).Select(i => i == 0 ? firstWeight : 1f + (i % 4))];
        return TrainingLoop.Run(network, null, new ArrayRowSource(points, labels, weights), Toy.Rows(60, seed: 6),
            settings, observer ?? new(), source?.Token ?? CancellationToken.None);
    }

    private static void CancelIf(bool isTime, CancellationTokenSource source)
    {
        if (isTime)
        {
            source.Cancel();
        }
    }
}
