using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>Spike encoders in training, and the same spikes in scoring.</summary>
[TestClass]
public sealed class EncodedTrainingTests
{
    public static IEnumerable<InputEncoder> Encoders =>
        [new PoissonEncoder { Rate = 0.9, Seed = 5 }, new LatencyEncoder()];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DynamicData(nameof(Encoders))]
    public void Forward_Evaluation_EqualsTheManagedScorer(InputEncoder encoder)
    {
        const int Rows = 20, Features = 12;
        NetworkDefinition definition =
            new Mlp(30).Bind(Bindings.Of([Features]) with { Encoder = encoder, TimeSteps = 5 });
        NetworkWeights weights = WeightInitializer.Create(definition, seed: 2);
        var random = new Random(4);
        float[] features = [.. Enumerable.Range(0, Rows * Features).Select(_ => random.NextSingle())];

        using DisposeScope scope = NewDisposeScope();
        using var network = new TorchNetwork(definition, CPU);
        network.Parameters.Import(weights);
        using IDisposable noGradient = no_grad();
        Tensor expected =
            network.Forward(tensor(features, [Rows, Features]), ForwardPass.Evaluation).mean([0]).softmax(1);

        using var scorer = new ManagedScorer(definition, weights);
        float[] together = new float[Rows * 3], single = new float[Rows * 3];
        scorer.Score(features, Rows, together);
        for (int row = Rows - 1; row >= 0; row--)
        {
            scorer.Score(features.AsSpan(row * Features, Features), 1, single.AsSpan(row * 3, 3));
        }

        Assert.AreSequenceEqual(together, single);
        float[] torchScores = expected.contiguous().data<float>().ToArray();
        for (int i = 0; i < together.Length; i++)
        {
            Assert.AreEqual(torchScores[i], together[i], 1e-5f);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Encoders))]
    public void Run_EncodedRows_Learns(InputEncoder encoder)
    {
        NetworkDefinition network = new NetworkBuilder().Linear(32).BatchNorm().Neuron().Build()
            .Bind(Bindings.Of([Toy.Features]) with { Encoder = encoder, TimeSteps = 4 });

        TrainingOutcome outcome = Toy.Train(Toy.Settings with { Epochs = 15 }, network: network);

        Assert.IsGreaterThan(0.9, outcome.History[^1].Accuracy);
    }

    [TestMethod]
    public void Forward_Training_DrawsPoissonSpikesAnewEveryEpoch()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new TorchNetwork(new([9], 4, new PoissonEncoder(), [new DropoutLayer("none", 0)], 9), CPU);
        Tensor rows = full([3, 9], 0.5f);
        var pass = new ForwardPass { IsTraining = true, Seed = 1, Epoch = 1 };

        Tensor first = network.Forward(rows, pass);

        Assert.IsTrue(first.equal(network.Forward(rows, pass with { FirstRow = 40 })).all().item<bool>());
        Assert.IsFalse(first.equal(network.Forward(rows, pass with { Epoch = 2 })).all().item<bool>());
        Assert.IsFalse(first.equal(network.Forward(rows, pass with { Seed = 2 })).all().item<bool>());
        Assert.IsFalse(first[0].equal(first[1]).all().item<bool>());
    }
}
