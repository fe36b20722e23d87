using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>The settings that a checkpoint's identity holds.</summary>
[TestClass]
public sealed class TrainingIdentityTests
{
    public TestContext TestContext { get; set; } = null!;

    /// <summary>Another name, or one more or less, would refuse the checkpoints of earlier versions.</summary>
    [TestMethod]
    public void Of_Settings_HoldsThoseThatCountUnderTheirNames()
    {
        RowFeed rows = RowFeed.Open(Toy.Rows(50), Toy.Classes, 1 << 20, TestContext.CancellationToken);

        TrainingIdentity identity = TrainingIdentity.Of(
            Toy.Network(), initial: null, rows, validation: null, Toy.Settings with { CpuReplicas = 2 });

        string[] expected =
        [
            "Augmentation", "BatchSize", "ClassWeighting", "ClassWeights", "EarlyStoppingPatience", "Epochs",
            "FrozenArrays", "GradientAccumulation", "GradientClipping", "GradientHorizon", "InputNormalization",
            "KeepsZeroWeights", "LabelSmoothing", "LearningRate", "LossLambda", "LossOfMean", "LossTarget",
            "Momentum", "Optimizer", "Precision", "Replicas", "Rows", "Schedule", "Seed", "SpikePenalty",
            "SynchronizesBatchNorm", "TeacherIdentity", "ValidationMetric", "WarmupEpochs", "WeightDecay",
        ];
        Assert.AreSequenceEqual(expected, identity.Options.Keys.Order(StringComparer.Ordinal).ToArray());
        Assert.AreEqual("2", identity.Options["Replicas"]);
        Assert.AreEqual("none", identity.Options["TeacherIdentity"]);
    }
}
