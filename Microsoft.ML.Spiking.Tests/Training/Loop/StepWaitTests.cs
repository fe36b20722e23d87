using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Methods;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Replicas;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;

namespace Microsoft.ML.Spiking.Tests.Training.Loop;

/// <summary>A training waits for its device once for all that an epoch reports.</summary>
[TestClass]
public sealed class StepWaitTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(OptimizerKind.Sgd, 1, false)]
    [DataRow(OptimizerKind.AdamW, 2, false)]
    [DataRow(OptimizerKind.Sgd, 1, true)]
    [DataRow(OptimizerKind.AdamW, 2, true)]
    public void Train_AStep_WaitsForNothing(OptimizerKind optimizer, int replicas, bool isInTensors)
    {
        TrainingSettings settings = Toy.Settings with
        {
            Optimizer = optimizer,
            GradientClipping = 1,
            CpuReplicas = replicas,
            LabelSmoothing = 0.1,
        };
        NetworkDefinition network = new ConvNet(4).Bind(
            new([1, 2, 4], Toy.Classes, 3, new DirectEncoder(), new PlifNeuron(), Dropout: 0.2));
        using DisposeScope scope = torch.NewDisposeScope();
        using var state = new TrainingState(network, settings, torch.CPU);
        using var all = new ReplicaSet(state, settings, [.. Enumerable.Repeat(torch.CPU, replicas)], threads: 1,
            // The penalty keeps the loss out of the CPU's kernel: as on a device, it is computed in tensors.
            new(settings.LossLambda, settings.LossTarget, settings.LabelSmoothing, isInTensors ? 0.1 : null));
        var batch = new Batch(4, torch.ones([4, Toy.Features]), torch.tensor([0L, 1, 2, 0]), null, TotalWeight: 4);
        var pass = new ForwardPass { IsTraining = true, Epoch = 1, Spikes = state.Tally.Spikes };
        long before = DeviceWait.Count;

        for (int step = 0; step < 3; step++)
        {
            foreach (BatchResult result in all.Train([.. Enumerable.Repeat(batch, replicas)], pass))
            {
                torch.Tensor logits =
                    isInTensors ? result.MeanLogits.to_type(torch.ScalarType.Float64) : result.MeanLogits;
                state.Tally.Add(result.Loss, logits, batch.Labels, batch.TotalWeight);
            }
            state.Gradients.Finish();
            state.Optimizer.Step(0.1);
            all.Follow();
        }

        Assert.AreEqual(before, DeviceWait.Count);
        Assert.IsTrue(state.IsFinite());
        Assert.IsGreaterThan(before, DeviceWait.Count);
    }

    /// <summary>What else a step needs of numbers is made with the network.</summary>
    [TestMethod]
    [DataRow("fields and trees")]
    [DataRow("rates")]
    [DataRow("a teacher's features")]
    public void Train_AStepWithConstants_WaitsForNothing(string kind)
    {
        NetworkDefinition definition = Toy.Network(new IfNeuron());
        TeacherSettings? teacher = null;
        if (kind == "rates")
        {
            definition = SpikeRepresentation.Begin(definition, null, new(), warn: null).Network;
        }
        else if (kind == "fields and trees")
        {
            definition = new([Toy.Features], 4, new DirectEncoder(),
            [
                new TreeLayer("trees", Toy.Features, 2, [0, 1, 2, 7]),
                new PopulationLayer("fields", [.. Enumerable.Repeat(2, Toy.Features + 2)]),
                new LinearLayer("readout", 2 * (Toy.Features + 2), Toy.Classes),
            ],
            Toy.Classes);
        }
        else
        {
            teacher = new()
            {
                Network = definition,
                Weights = WeightInitializer.Create(definition, seed: 2),
                FeatureWeight = 1,
                LogitWeight = 1,
                Temperature = 2,
                Blur = 0.5,
            };
            definition = Distillation.Begin(definition, null, teacher, 1).Network;
        }
        using DisposeScope scope = torch.NewDisposeScope();
        long unbuilt = DeviceWait.Count;
        using var network = new TorchNetwork(definition, torch.CPU); // whose weights are 0
        using Teaching? teaching = teacher is null ? null : new(teacher, definition, torch.CPU);
        var loss = new Loss(0.05, LossTarget.Constant, 0) { Teaching = teaching };
        var gradients = new GradientAccumulation(network.Parameters.Trained, 1);
        var batch = new Batch(4, torch.ones([4, Toy.Features]), torch.tensor([0L, 1, 2, 0]), null, TotalWeight: 4);
        long before = DeviceWait.Count;

        BatchResult result = BatchResult.Of(network, batch, new() { IsTraining = true, Epoch = 1 }, loss, gradients);

        Assert.AreEqual(before, DeviceWait.Count);
        Assert.AreEqual(teacher is null, before > unbuilt);
        Assert.IsTrue(float.IsFinite(result.Loss.item<float>()));
    }
}
