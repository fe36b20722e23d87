using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Tests.Conversion;

[TestClass]
public sealed class BatchNormFoldingTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Apply_NetworkOfImages_KeepsTheScoresWithFewerLayers(bool isResidual)
    {
        NetworkTemplate template = isResidual ? new SpikingResNet(18) : new ConvNet(6, 5);
        NetworkDefinition network = template.Bind(
            new NetworkBinding([1, 8, 8], 3, TimeSteps: 2, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        NetworkWeights weights = Weights(network);

        (NetworkDefinition folded, NetworkWeights arrays) = BatchNormFolding.Apply(network, weights);

        int before = network.AllLayers.OfType<BatchNormLayer>().Count(),
            after = folded.AllLayers.OfType<BatchNormLayer>().Count();
        Assert.IsGreaterThan(after, before);
        Assert.AreEqual(!isResidual, after == 0); // those after an addition stay
        float[] row = [.. Enumerable.Range(0, 64).Select(i => (i * 7 % 11) / 5f)];
        foreach ((float expected, float actual) in Scores(network, weights, row).Zip(Scores(folded, arrays, row)))
        {
            Assert.AreEqual(expected, actual, 1e-4);
        }
    }

    private static float[] Scores(NetworkDefinition network, NetworkWeights weights, float[] row)
    {
        float[] scores = new float[network.ClassCount];
        using var scorer = new ManagedScorer(network, weights, VectorWidth.Auto);
        scorer.Score(row, 1, scores);
        return scores;
    }

    private static NetworkWeights Weights(NetworkDefinition network)
    {
        var random = new Random(5);
        return new(network, network.Parameters.Select(spec => new WeightArray(spec.Name, spec.Shape,
            [.. Enumerable.Range(0, (int)spec.Size).Select(_ =>
                spec.Name.EndsWith("running_var", StringComparison.Ordinal)
                    ? 0.5f + random.NextSingle() : random.NextSingle() - 0.4f)])));
    }
}
