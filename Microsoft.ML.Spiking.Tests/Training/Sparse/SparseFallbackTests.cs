using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Sparse;

/// <summary>Sparse rows that are taken with all their zeros: what is said of it, and resuming across the two.</summary>
[TestClass]
public sealed class SparseFallbackTests
{
    private const int Features = SparseFirstLayer.LeastFeatures;

    private static readonly Dictionary<string, TrainingSettings> Obstacles = new()
    {
        ["GradientAccumulation is greater than 1"] = SparseToy.Settings with { GradientAccumulation = 2 },
        ["ActivationCheckpointing is true"] = SparseToy.Settings with { ActivationCheckpointing = true },
        ["Precision is BFloat16"] = SparseToy.Settings with { Precision = TrainingPrecision.BFloat16 },
        ["several devices or processes share its rows"] = SparseToy.Settings with { CpuReplicas = 2 },
        ["weights that are zero are kept so"] = SparseToy.Settings with { KeepsZeroWeights = true },
    };

    public static IEnumerable<string> Reasons => Obstacles.Keys;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(Reasons))]
    public void Suits_SomethingPreventsIt_WarnsWithTheReason(string reason)
    {
        var observer = new RecordingObserver();

        Assert.IsFalse(Suits(SparseToy.Network(Features), Obstacles[reason], observer));
        Assert.AreEqual("Of the 4,096 features 14 are not zero on average, but the training takes the rows with all " +
            $"their zeros, which costs time and memory, because {reason}.", observer.Warnings.Single());
        Assert.IsNull(SparseTraining.LayersOf(SparseToy.Network(Features), Obstacles[reason], CPU));
    }

    [TestMethod]
    public void Suits_EncoderThatMakesSpikes_WarnsThatTheLayerTakesOthers()
    {
        var observer = new RecordingObserver();
        NetworkDefinition network = new Mlp(4).Bind(
            new([Features], SparseToy.Classes, 3, new PoissonEncoder(), new ClifNeuron(), 0));

        Assert.IsFalse(Suits(network, SparseToy.Settings, observer));
        Assert.EndsWith("because the first layer is not a fully connected one that takes the features.",
            observer.Warnings.Single());
    }

    [TestMethod]
    public void Suits_NothingPreventsIt_DoesNotWarn()
    {
        var observer = new RecordingObserver();

        Assert.IsTrue(Suits(SparseToy.Network(Features), SparseToy.Settings, observer));
        Assert.IsEmpty(observer.Warnings);
    }

    /// <summary>Both ways; the first is also the case of a checkpoint that an older version wrote.</summary>
    [TestMethod]
    [DataRow(true, "took the rows with all their zeros and would now take their other values alone")]
    [DataRow(false, "took the rows' values that are not zero alone and would now take them all")]
    public void Run_ResumedInTheOtherForm_IsRefused(bool isDenseFirst, string difference)
    {
        using var folder = new TemporaryFolder();
        TrainingSettings sparse = SparseToy.Settings with { Epochs = 1, CheckpointFolder = folder.Path };
        TrainingSettings dense = sparse with { ActivationCheckpointing = true };
        Train(isDenseFirst ? dense : sparse);

        string message = Assert.ThrowsExactly<InvalidOperationException>(
            () => Train(isDenseFirst ? sparse : dense)).Message;

        Assert.Contains($"it {difference}, with other steps of the optimizer. Train as it was begun", message);
    }

    private bool Suits(NetworkDefinition network, TrainingSettings settings, RecordingObserver observer) =>
        SparseTraining.Suits(
            RowFeed.Open(new SparseToy(30, Features, words: 12), SparseToy.Classes, 1 << 24,
                TestContext.CancellationToken),
            network, settings, CPU, observer);

    private void Train(TrainingSettings settings) => TrainingLoop.Run(SparseToy.Network(Features), null,
        new SparseToy(20, Features, words: 12), null, settings, new RecordingObserver(),
        TestContext.CancellationToken);
}
