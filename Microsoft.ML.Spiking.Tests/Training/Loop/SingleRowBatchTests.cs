using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class SingleRowBatchTests
{
    private static readonly LayeredNetwork Vectors =
        new NetworkBuilder().Linear(4).Neuron().Linear(4).BatchNorm().Neuron().Build();

    private static readonly LayeredNetwork Pixels = new NetworkBuilder()
        .Convolution(4, 3).Neuron().Residual(main => main.Convolution(4, 1).BatchNorm()).Neuron().Build();

    [TestMethod]
    [DataRow(1L, 1)]
    [DataRow(65L, 64)]
    [DataRow(10L, 1)]
    public void Check_LastBatchOfOneRow_NamesTheLayerAndTheNumbers(long rows, int batchSize)
    {
        NetworkDefinition[] networks = [Vectors.Bind(Bindings.Of([6])), Pixels.Bind(Bindings.Image(1, 3))];
        foreach (NetworkDefinition network in networks)
        {
            string message = Assert.ThrowsExactly<InvalidOperationException>(
                () => SingleRowBatch.Check(network, rows, batchSize)).Message;

            Assert.Contains("Layer 'norm1'", message);
            Assert.Contains($"With {rows} training rows, the last batch of {batchSize}", message);
        }
    }

    [TestMethod]
    public void Check_WhatHasTwoValues_IsFine()
    {
        SingleRowBatch.Check(Vectors.Bind(Bindings.Of([6])), rows: 66, batchSize: 64);
        SingleRowBatch.Check(Pixels.Bind(Bindings.Image(1, 4)), rows: 65, batchSize: 64);
        SingleRowBatch.Check(new Mlp(5).Bind(Bindings.Of([6])), rows: 1, batchSize: 1);
        SingleRowBatch.Check(
            Vectors.Bind(Bindings.Of([6]) with { BatchNorm = BatchNormMode.AcrossTime }), rows: 65, batchSize: 64);
    }

    [TestMethod]
    public void Run_SingleRowAtTheEnd_IsRefusedBeforeTraining() =>
        Assert.Contains("Layer 'norm1'", Assert.ThrowsExactly<InvalidOperationException>(
            () => Toy.Train(Toy.Settings with { BatchSize = 16 }, Toy.Rows(33),
                network: Vectors.Bind(Bindings.Of([Toy.Features])))).Message);
}
