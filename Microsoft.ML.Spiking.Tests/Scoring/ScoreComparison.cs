using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>Scores of random rows against a reference in double precision.</summary>
internal static class ScoreComparison
{
    /// <summary>
    /// Returns the number of rows that differ by more than 1e-4 from the tests' double-precision network.
    /// </summary>
    public static int CountDifferences(NetworkDefinition definition, VectorWidth width, int rows) =>
        CountDifferences(definition, [width], rows);

    /// <summary>Returns the sum over several widths; the reference is computed once.</summary>
    public static int CountDifferences(NetworkDefinition definition, IReadOnlyList<VectorWidth> widths, int rows)
    {
        NetworkWeights weights = RandomNetwork.Weights(definition, 3);
        var reference = new ReferenceNetwork(definition, weights);
        float[] features = RandomNetwork.Rows(rows, definition.InputSize, 4);
        double[][] expected = [.. features.Chunk(definition.InputSize).Select(row => reference.Score(row))];
        return widths.Sum(width => CountDifferences(definition, weights, width, features, expected));
    }

    /// <summary>Returns the number of rows that differ by more than 1e-4 from the expected scores.</summary>
    public static int CountDifferences(
        NetworkDefinition definition, NetworkWeights weights, VectorWidth width, float[] features, double[][] expected)
    {
        using var scorer = new ManagedScorer(definition, weights, width);
        float[] scores = new float[expected.Length * definition.ClassCount];
        scorer.Score(features, expected.Length, scores);
        float[][] actual = [.. scores.Chunk(definition.ClassCount)];
        Assert.IsGreaterThan(1, actual.Select(row => row[0]).Distinct().Count(),
            "no row fires differently from another: nothing is tested");
        return actual.Zip(expected).Count(pair =>
            pair.First.Zip(pair.Second).Any(score => !(Math.Abs(score.First - score.Second) <= 1e-4)));
    }
}
