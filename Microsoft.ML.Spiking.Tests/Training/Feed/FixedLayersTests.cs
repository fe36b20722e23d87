using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Scoring;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Feed;

/// <summary>The layers that a batch passes through while it is prepared, against the same in the network.</summary>
[TestClass]
public sealed class FixedLayersTests
{
    private const int Rows = 21;

    public required TestContext TestContext { get; init; }

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Fill_Training_GivesWhatTheNetworkWouldMakeOfTheRows(bool isTraining)
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkDefinition definition = Network();
        NetworkWeights weights = RandomNetwork.Weights(definition, seed: 4);
        RowFeed rows = RowFeed.Open(Toy.Rows(Rows), Toy.Classes, 1 << 20, TestContext.CancellationToken);
        var layers = new FixedLayers(definition, weights, seed: 7, isTraining);
        using var buffer = new BatchBuffer(8, Toy.Features, null, CPU, fixedLayers: layers);
        using var network = new TorchNetwork(definition, CPU);
        network.Parameters.Import(weights);
        using IRowReader reader = rows.Shuffled(seed: 7, epoch: 3);
        var different = 0;
        for (long first = 0; buffer.TryRead(reader, out Batch batch, epoch: 3, first); first += batch.Rows)
        {
            using DisposeScope step = NewDisposeScope();
            var pass = new ForwardPass { IsTraining = isTraining, Seed = 7, Epoch = 3, FirstRow = first };

            Tensor expected = network.Forward(batch.Features, pass), actual = network.Forward(batch, pass);

            Assert.AreSequenceEqual(new long[] { batch.Rows, layers.OutputSize }, batch.Encoded!.shape);
            Assert.IsLessThan(1e-6f, (expected - actual).abs().max().item<float>());
            different += network.Forward(batch.Features, pass with { FirstRow = first + 1 }).Equals(expected) ? 0 : 1;
        }

        Assert.AreEqual(isTraining ? 3 : 0, different); // what is dropped depends on the row's place
    }

    [TestMethod]
    public void CountIn_Networks_EndsBeforeTheFirstLayerThatLearns()
    {
        Assert.AreEqual(3, FixedLayers.CountIn(Network()));
        Assert.AreEqual(0, FixedLayers.CountIn(Toy.Network(dropout: 0.5)));
        Assert.AreEqual(0, FixedLayers.CountIn(RandomNetwork.Define(
            4, [Toy.Features], Toy.Classes, [new DropoutLayer("d", 0.1), new LinearLayer("l", Toy.Features, 3)])));
    }

    [TestMethod]
    public void RunAhead_ValuesThatAreComputedTwice_StayInTheNetwork()
    {
        Assert.IsTrue(FixedLayers.RunAhead(Network(), Toy.Settings, DeviceType.CPU));
        Assert.IsFalse(FixedLayers.RunAhead(
            Network(), Toy.Settings with { ActivationCheckpointing = true }, DeviceType.CPU));
        Assert.IsFalse(FixedLayers.RunAhead(Network(), Toy.Settings, DeviceType.CUDA));
        Assert.IsFalse(FixedLayers.RunAhead(Toy.Network(), Toy.Settings, DeviceType.CPU));
    }

    private static NetworkDefinition Network() => RandomNetwork.Define(
        4, [Toy.Features], Toy.Classes,
        [
            new TreeLayer("trees", Toy.Features, 2, [0, 1, 2, 7]),
            new PopulationLayer("fields", [.. Enumerable.Range(0, Toy.Features + 2).Select(i => 1 + (i % 3))]),
            new DropoutLayer("inputDropout", 0.3), new LinearLayer("first", 19, 12),
            new NeuronLayer("n", new ClifNeuron()), new DropoutLayer("hidden", 0.2), new LinearLayer("last", 12, 3),
        ]);
}
