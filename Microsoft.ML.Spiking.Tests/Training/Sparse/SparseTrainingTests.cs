using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Sparse;

/// <summary>Rows that are mostly zero: the first layer visits what is there, and learns the same.</summary>
[TestClass]
public sealed class SparseTrainingTests
{
    private const int Features = SparseFirstLayer.LeastFeatures;
    private const int Rows = 40;

    private static readonly Dictionary<string, TrainingSettings> Trainings = new()
    {
        ["AdamW"] = SparseToy.Settings,
        ["AdamW, clipped"] = SparseToy.Settings with { GradientClipping = 0.05 },
        ["sgd"] = SparseToy.Settings with { Optimizer = OptimizerKind.Sgd, LearningRate = 0.05 },
        ["sgd without momentum"] =
            SparseToy.Settings with { Optimizer = OptimizerKind.Sgd, LearningRate = 0.05, Momentum = 0 },
    };

    public static IEnumerable<string> Names => Trainings.Keys;

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    /// <summary>In a batch of all rows every word has a gradient, so that both forms take the same steps.</summary>
    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Run_BatchesOfAllRows_LearnsWhatDenseTrainingDoes(string name)
    {
        TrainingSettings settings = Trainings[name] with { Epochs = 4, BatchSize = Rows };
        var heard = new RecordingObserver();
        TrainingOutcome sparse = Train(settings, heard);
        var unheard = new RecordingObserver();
        TrainingOutcome dense = Train(settings with { ActivationCheckpointing = true }, unheard);

        Assert.Contains("The rows are sparse: of their 4,096 features", string.Join('\n', heard.Infos));
        Assert.DoesNotContain("The rows are sparse", string.Join('\n', unheard.Infos));
        float[] expected = Toy.Flat(dense.Weights), actual = Toy.Flat(sparse.Weights);
        Assert.IsGreaterThan(0.001, Distance(expected, Toy.Flat(Train(settings with { Epochs = 1 }, new()).Weights)));
        Assert.IsLessThan(2e-5, Distance(expected, actual), "largest difference of a weight");
        Assert.AreEqual(dense.History[^1].Loss, sparse.History[^1].Loss, 1e-4);
    }

    [TestMethod]
    public void Forward_SparseRows_GiveTheLogitsAndGradientsOfDenseOnes()
    {
        NetworkDefinition definition = SparseToy.Network(Features);
        var source = new SparseToy(Rows, Features, words: 12);
        RowFeed feed = RowFeed.Open(source, SparseToy.Classes, 1 << 24, TestContext.CancellationToken,
            new(1, Features, Features));
        using var network = new TorchNetwork(definition, CPU, sparse: SparseFirstLayer.Of(definition));
        network.Parameters.Import(WeightInitializer.Create(definition, 3,
            Spiking.Training.Torch.Tensors.InputConstants.Of(new FeatureNormalization(), feed.Summary)));
        Tensor weight = network.Parameters["fc1.weight"];
        using DisposeScope scope = NewDisposeScope();

        Tensor dense = Logits(isSparse: false);
        dense.sum().backward();
        using Tensor expected = weight.grad!.clone();
        weight.grad = null;
        Tensor sparse = Logits(isSparse: true);
        sparse.sum().backward();

        GoldenFiles.AssertClose(dense.data<float>().Select(value => (double)value).ToArray(),
            sparse.data<float>().Select(value => (double)value).ToArray(), 1e-5, "logits");
        ColumnGradient gradient = network.Columns!;
        Assert.IsNull(weight.grad);
        Assert.IsInRange(50, Rows * 14, gradient.Count);
        bool[] has = new bool[Features];
        for (int column = 0; column < gradient.Count; column++)
        {
            has[gradient.FeatureOf(column)] = true;
            float[] own = expected.narrow(1, gradient.FeatureOf(column), 1).contiguous().data<float>().ToArray();
            GoldenFiles.AssertClose(own.Select(value => (double)value).ToArray(),
                gradient[column].ToArray().Select(value => (double)value).ToArray(), 1e-5, $"column {column}");
        }
        float[] sums = expected.abs().sum([0]).data<float>().ToArray();
        Assert.IsTrue(has[0] && has[1], "features with a shift");
        Assert.AreEqual(0f, sums.Where((_, feature) => !has[feature]).Max());

        Tensor Logits(bool isSparse)
        {
            using var buffer = new BatchBuffer(Rows, Features, null, CPU, isSparse: isSparse);
            using IRowReader reader = feed.InOrder();
            Assert.IsTrue(buffer.TryRead(reader, out Batch batch));
            return network.Forward(batch, new ForwardPass { IsTraining = true, Seed = 1, Epoch = 1 });
        }
    }

    [TestMethod]
    public void Run_WordsThatNoRowHas_KeepTheirFirstWeights()
    {
        TrainingSettings settings = SparseToy.Settings with { Epochs = 2, WeightDecay = 0.1 };
        NetworkDefinition network = SparseToy.Network(Features);
        WeightArray first = WeightInitializer.Create(network, settings.Seed)["fc1.weight"];

        WeightArray weight = Train(settings, new()).Weights["fc1.weight"];

        var occurs = new HashSet<int>();
        using IRowCursor cursor = Source().Open();
        while (cursor.MoveNext())
        {
            occurs.UnionWith(cursor.Indices.ToArray());
        }
        Assert.IsInRange(100, 1_000, occurs.Count);
        for (int i = 0; i < weight.Values.Length; i++)
        {
            bool isSame = weight.Values.Span[i] == first.Values.Span[i];
            Assert.AreEqual(!occurs.Contains(i % Features), isSame, $"weight {i / Features} of feature {i % Features}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Run_StoppedAndResumed_EndsAsAnUninterruptedRun(string name)
    {
        TrainingSettings settings = Trainings[name] with { Epochs = 3, WeightDecay = 0.01 };
        TrainingOutcome whole = Train(settings, new());

        using var folder = new TemporaryFolder();
        TrainingSettings saved = settings with { CheckpointFolder = folder.Path, CheckpointEveryBatches = 2 };
        foreach (int stop in new[] { 2, 3 })
        {
            int heard = 0;
            var observer = new RecordingObserver { OnBatch = _ => ThrowIf(++heard == stop) };
            Assert.ThrowsExactly<InvalidTimeZoneException>(() => Train(saved, observer));
        }
        var last = new RecordingObserver();
        TrainingOutcome resumed = Train(saved, last);

        Assert.Contains("Resumed from", string.Join('\n', last.Infos));
        Assert.AreSequenceEqual(Toy.Flat(whole.Weights), Toy.Flat(resumed.Weights));
        Sameness.AssertSame(whole.History, resumed.History);
    }

    [TestMethod]
    public void Run_SeveralThreads_GivesTheWeightsOfOne() => Assert.AreSequenceEqual(
        Toy.Flat(Train(SparseToy.Settings with { Epochs = 2 }, new()).Weights),
        Toy.Flat(Train(SparseToy.Settings with { Epochs = 2, Threads = 2 }, new()).Weights));

    [TestMethod]
    public void Run_RowsReadAgainEveryEpoch_AreSparseToo()
    {
        var observer = new RecordingObserver();
        TrainingOutcome outcome = Train(SparseToy.Settings with { Epochs = 30, MemoryBudget = 1_000 }, observer);

        Assert.Contains("The rows are sparse", string.Join('\n', observer.Infos));
        Assert.IsGreaterThan(0.9, outcome.History[^1].Accuracy);
    }

    /// <summary>As dense rows, these would take 8 GB, and as dense batches 256 MB.</summary>
    [TestMethod]
    public void Run_HashedWordsAt18Bits_TakesTheMemoryOfItsWords() => OwnProcess.Run(TestContext, () =>
    {
        const int Bits = 1 << 18, Hidden = 8, Count = 8_000;
        Train(SparseToy.Settings with { Epochs = 1 }, new()); // libtorch and compiled code are loaded from now on
        double before = ResidentMemory.Megabytes(), most = 0;
        var observer = new RecordingObserver { OnEpoch = _ => most = ResidentMemory.Megabytes() };

        TrainingOutcome outcome = TrainingLoop.Run(SparseToy.Network(Bits, Hidden), null,
            new SparseToy(Count, Bits, words: 100), null, SparseToy.Settings with { Epochs = 1, BatchSize = 256 },
            observer, TestContext.CancellationToken);

        // Weights, two moments and a copy of 8 MB each, constants and statistics of 15 MB, and the rows.
        double rows = Count * 102 * 8 / 1e6;
        TestContext.WriteLine($"{most - before:0} MB, of which the rows {rows:0}");
        Assert.IsLessThan(150 + rows, most - before);
        Assert.IsGreaterThan(0, outcome.BestEpoch);
    });

    [TestMethod]
    public void Check_WeightsBeyondTheMemory_NamesTheLayerAndWhatToLower()
    {
        NetworkDefinition network = SparseToy.Network(1 << 18, hidden: 512);

        string message = Assert.ThrowsExactly<InsufficientMemoryException>(
            () => MemoryNeed.Check(network, SparseToy.Settings, CPU, available: 2L << 30)).Message;

        Assert.AreEqual("Layer 'fc1' has 134,217,728 weights (262,144 inputs, 512 outputs). Training needs 5 times " +
            "the memory of the network's weights: 2,570 MB, and the process may use 2,048 MB. Lower the layer's " +
            "outputs, or for the first layer the number of features (the bits of a hashing transform).", message);
        MemoryNeed.Check(network, SparseToy.Settings, CPU, available: 3L << 30);
        MemoryNeed.Check(network, SparseToy.Settings with { Optimizer = OptimizerKind.Sgd, Momentum = 0 }, CPU,
            available: 2L << 30);
    }

    private static SparseToy Source() => new(Rows, Features, words: 12);

    private TrainingOutcome Train(TrainingSettings settings, RecordingObserver observer) => TrainingLoop.Run(
        SparseToy.Network(Features), null, Source(), null, settings, observer, TestContext.CancellationToken);

    private static double Distance(float[] one, float[] other) =>
        one.Zip(other).Max(pair => Math.Abs((double)pair.First - pair.Second));

    private static void ThrowIf(bool isDue)
    {
        if (isDue)
        {
            throw new InvalidTimeZoneException();
        }
    }
}
