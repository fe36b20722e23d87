using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>Seconds for one row in managed code, the median over some rounds.</summary>
internal static class ScoreRowTask
{
    private const int Rounds = 25;

    public static IEnumerable<double> Run(string folder)
    {
        (NetworkDefinition definition, NetworkWeights weights) = SavedNetwork.Load(folder);
        using var scorer = new ManagedScorer(definition, weights);
        float[][] rows = SavedNetwork.Rows(folder, definition.InputSize);
        float[] scores = new float[definition.ClassCount];
        int next = 0;
        yield return PairedRatio.MedianOf(InterleavedRounds.Measure(
            Rounds, () => scorer.Score(rows[next++ % rows.Length], 1, scores))[0]);
    }
}
