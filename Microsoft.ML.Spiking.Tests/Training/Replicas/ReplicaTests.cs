using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Replicas;
using TorchSharp;

namespace Microsoft.ML.Spiking.Tests.Training.Replicas;

/// <summary>
/// Several devices learn what one does that accumulates the gradients of the same parts of each batch, to the last bit.
/// The devices are copies of the network on the CPU.
/// </summary>
[TestClass]
public sealed class ReplicaTests
{
    private static readonly NetworkDefinition Images =
        new ConvNet(4).Bind(new([1, 2, 4], Toy.Classes, 3, new DirectEncoder(), new PlifNeuron(), Dropout: 0.2));

    private static readonly Dictionary<string, (TrainingSettings Settings, NetworkDefinition Network)> Trainings = new()
    {
        ["perceptron with dropout"] = (Toy.Settings, Toy.Network(dropout: 0.2)),
        ["learned values, clipped"] =
            (Toy.Settings with { GradientClipping = 0.5 }, Toy.Network(new KlifNeuron())),
        ["AdamW, accumulation"] = (Toy.Settings with
        {
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 0.01,
            GradientAccumulation = 3,
        }, Toy.Network()),
        ["Poisson spikes"] = (Toy.Settings, new Mlp(16).Bind(
            new([Toy.Features], Toy.Classes, 4, new PoissonEncoder { Rate = 0.5 }, new LifNeuron(), 0))),
        ["batch norm by step"] = (Toy.Settings with { Epochs = 3 }, Images),
        ["batch norm across time"] = (Toy.Settings with { Epochs = 3 }, new ConvNet(4).Bind(
            new([1, 2, 4], Toy.Classes, 3, new DirectEncoder(), new ClifNeuron(), 0)
            {
                BatchNorm = BatchNormMode.AcrossTime,
            })),
        ["checkpointing, augmentation and mixing"] = (Toy.Settings with
        {
            Epochs = 3,
            ActivationCheckpointing = true,
            Augmentation = new() { CropPadding = 1, HorizontalFlip = true, MixupAlpha = 0.4 },
        }, Images),
    };

    public static IEnumerable<(string Name, int Replicas)> Cases =>
        Trainings.Keys.SelectMany(name => new[] { (name, 2), (name, 3) });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Run_OnSeveralDevices_LearnsWhatAccumulationDoes(string name, int replicas)
    {
        (TrainingSettings settings, NetworkDefinition network) = Trainings[name];
        settings = settings with { BatchSize = 23, ClassWeighting = ClassWeighting.Balanced };
        int part = (23 + replicas - 1) / replicas;
        var several = new RecordingObserver();

        TrainingOutcome expected = Train(settings with
        {
            BatchSize = part,
            GradientAccumulation = settings.GradientAccumulation * replicas,
        }, network, new());
        TrainingOutcome actual = Train(settings with { CpuReplicas = replicas }, network, several);

        Assert.AreSequenceEqual(Toy.Flat(expected.Weights), Toy.Flat(actual.Weights), name);
        Sameness.AssertSame(expected.History, actual.History);
        int batches = (200 + part - 1) / part;
        Assert.HasCount(settings.Epochs!.Value * ((batches + replicas - 1) / replicas), several.Batches);
        Assert.AreEqual(200, several.Batches[^1].Rows);
    }

    [TestMethod]
    public void Run_OnSeveralDevicesInterrupted_GoesOnAsIfItHadNotBeen()
    {
        (TrainingSettings settings, NetworkDefinition network) = Trainings["batch norm by step"];
        settings = settings with { CpuReplicas = 2, GradientAccumulation = 2 };
        TrainingOutcome whole = Train(settings, network, new());

        using var folder = new TemporaryFolder();
        settings = settings with { CheckpointFolder = folder.Path };
        foreach (int stop in new[] { 3, 1, 7 })
        {
            using var source = new CancellationTokenSource();
            int batches = 0;
            var observer = new RecordingObserver { OnBatch = _ => CancelIf(++batches == stop, source) };
            Assert.ThrowsExactly<OperationCanceledException>(() => Train(settings, network, observer, source));
        }
        InvalidOperationException other = Assert.ThrowsExactly<InvalidOperationException>(
            () => Train(settings with { CpuReplicas = 1 }, network, new()));
        TrainingOutcome resumed = Train(settings, network, new());

        Assert.Contains("Replicas 2 (now none)", other.Message);
        Assert.AreSequenceEqual(Toy.Flat(whole.Weights), Toy.Flat(resumed.Weights));
        Sameness.AssertSame(whole.History, resumed.History);
    }

    [TestMethod]
    public void Run_OnSeveralDevicesWithBatchNorm_SaysThatStatisticsAreSeparate()
    {
        var observer = new RecordingObserver();
        Train(Toy.Settings with { Epochs = 1, CpuReplicas = 2 }, Images, observer);
        Assert.Contains("Batch normalization takes its statistics on each device separately",
            string.Join('\n', observer.Infos));

        var without = new RecordingObserver();
        Train(Toy.Settings with { Epochs = 1, CpuReplicas = 2 }, Toy.Network(), without);
        Assert.DoesNotContain("Batch normalization", string.Join('\n', without.Infos));
    }

    [TestMethod]
    public void Train_AReplicaFails_ThrowsItsExceptionAndGoesOn()
    {
        NativeRuntime.EnsureLoaded(withCuda: false);
        TrainingSettings settings = Toy.Settings with { CpuReplicas = 2 };
        using DisposeScope scope = torch.NewDisposeScope();
        using var state = new TrainingState(Toy.Network(), settings, torch.CPU);
        using var replicas = new ReplicaSet(state, settings, [torch.CPU, torch.CPU], threads: 1, new(0, default, 0));
        Batch good = Batch(Toy.Features), bad = Batch(Toy.Features + 1);

        Exception fault = Assert.Throws<Exception>(() => replicas.Train([good, bad], new() { IsTraining = true }));
        Assert.Contains("shape", fault.Message);
        Assert.HasCount(2, replicas.Train([good, good], new() { IsTraining = true }));
    }

    [TestMethod]
    public void Fit_OnCudaDevicesThatAreNotThere_SaysSo()
    {
        var context = new MLContext(seed: 1);
        var options = new SpikingClifTrainer.Options { CudaDevices = [0, 1] };

        InvalidOperationException fault = Assert.ThrowsExactly<InvalidOperationException>(() =>
            context.MulticlassClassification.Trainers.SpikingClif(options).Fit(Flowers.Keyed(context)));

        Assert.Contains("Training on CUDA device 0 was asked for, but no CUDA device can be used", fault.Message);
    }

    private static TrainingOutcome Train(TrainingSettings settings, NetworkDefinition network,
        RecordingObserver observer, CancellationTokenSource? source = null)
    {
        (float[][] points, int[] labels) = Toy.Points(200);
        float[] weights = [.. Enumerable.Range(0, 200).Select(i => 1f + (i % 4))];
        return TrainingLoop.Run(network, null, new ArrayRowSource(points, labels, weights), Toy.Rows(60, seed: 6),
            settings, observer, source?.Token ?? CancellationToken.None);
    }

    private static Batch Batch(int features) => new(4, torch.ones([4, features]),
        torch.tensor([0L, 1, 2, 0]), Weights: null, TotalWeight: 4);

    private static void CancelIf(bool isTime, CancellationTokenSource source)
    {
        if (isTime)
        {
            source.Cancel();
        }
    }
}
