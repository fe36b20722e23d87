using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Scores labelled rows and makes the report of a training.</summary>
internal static class TrainingReportBuilder
{
    /// <summary>Bars of the reliability diagram, as in Guo et al.</summary>
    public const int Bars = 15;

    /// <summary>Makes the report.</summary>
    /// <exception cref="InvalidOperationException">No row has a label and finite features.</exception>
    public static TrainingReport Build(NetworkDefinition network, NetworkWeights weights, AnalysisData data,
        IReadOnlyList<EpochMetrics> epochs)
    {
        ScoredLabels scored = ScoredLabels.Of(network, weights, data);
        int classes = network.ClassCount;
        long[][] confusion = [.. Enumerable.Range(0, classes).Select(_ => new long[classes])];
        long[] barRows = new long[Bars], barRight = new long[Bars];
        double[] barConfidence = new double[Bars];
        double loss = 0;
        for (int row = 0; row < scored.Labels.Count; row++)
        {
            ReadOnlySpan<float> scores = scored.Scores[row];
            int label = scored.Labels[row], predicted = ScoredLabels.Predicted(scores);
            confusion[label][predicted]++;
            loss -= Math.Log(Math.Max(scores[label], float.Epsilon));
            int bar = Math.Clamp((int)Math.Ceiling((double)scores[predicted] * Bars) - 1, 0, Bars - 1);
            barRows[bar]++;
            barConfidence[bar] += scores[predicted];
            barRight[bar] += predicted == label ? 1 : 0;
        }
        long rows = scored.Labels.Count;
        return new()
        {
            Epochs = [.. epochs],
            Rows = rows,
            SkippedRows = scored.Skipped,
            Accuracy = (double)Enumerable.Range(0, classes).Sum(label => confusion[label][label]) / rows,
            LogLoss = loss / rows,
            CalibrationError =
                Enumerable.Range(0, Bars).Sum(bar => Math.Abs(barRight[bar] - barConfidence[bar])) / rows,
            Reliability =
            [
                .. Enumerable.Range(0, Bars).Select(bar => new ReliabilityBin
                {
                    From = (double)bar / Bars,
                    To = (bar + 1.0) / Bars,
                    Rows = barRows[bar],
                    Confidence = barRows[bar] == 0 ? 0 : barConfidence[bar] / barRows[bar],
                    Accuracy = barRows[bar] == 0 ? 0 : (double)barRight[bar] / barRows[bar],
                }),
            ],
            Classes = [.. Enumerable.Range(0, classes).Select(label => Result(data.Classes![label], label, confusion))],
            Confusion = confusion,
        };
    }

    private static ClassResult Result(string name, int label, long[][] confusion)
    {
        long labelled = confusion[label].Sum(), predicted = confusion.Sum(row => row[label]);
        long right = confusion[label][label];
        return new()
        {
            Class = name,
            Rows = labelled,
            Precision = predicted == 0 ? null : (double)right / predicted,
            Recall = labelled == 0 ? null : (double)right / labelled,
        };
    }
}

/// <summary>The scores of the rows that have a label, a weight greater than 0 and finite features.</summary>
/// <param name="Scores">Of each row the probabilities of the classes.</param>
/// <param name="Labels">Of each row the index of its class.</param>
/// <param name="Skipped">The number of other rows.</param>
internal sealed record ScoredLabels(IReadOnlyList<float[]> Scores, IReadOnlyList<int> Labels, long Skipped)
{
    /// <summary>Gets the examples' weights, of each row greater than 0; null where all are the same.</summary>
    public IReadOnlyList<float>? Weights { get; init; }

    /// <summary>Gets the share of the rows whose highest score is that of their label, 0 to 1.</summary>
    public double Accuracy =>
        Scores.Zip(Labels).Count(row => Predicted(row.First) == row.Second) / (double)Labels.Count;

    /// <summary>Scores the rows in managed code.</summary>
    /// <exception cref="InvalidOperationException">No row has a label and finite features.</exception>
    public static ScoredLabels Of(NetworkDefinition network, NetworkWeights weights, AnalysisData data)
    {
        using var scorer = new ManagedScorer(network, weights, VectorWidth.Auto);
        List<float[]> scores = [];
        List<int> labels = [];
        List<float> exampleWeights = [];
        long skipped = 0;
        foreach (AnalysisRow row in data.Rows)
        {
            if (row.Label < 0 || !(row.Weight > 0 && float.IsFinite(row.Weight))
                || !ScoreArguments.AreFinite(row.Features))
            {
                skipped++;
                continue;
            }
            float[] own = new float[network.ClassCount];
            scorer.Score(row.Features, 1, own);
            scores.Add(own);
            labels.Add(row.Label);
            exampleWeights.Add(row.Weight);
        }
        return labels.Count > 0 ? new(scores, labels, skipped) { Weights = exampleWeights }
            : throw new InvalidOperationException(
                "The data has no row with a label and finite features: there is nothing to report on.");
    }

    /// <summary>Returns the index of the highest score.</summary>
    public static int Predicted(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int c = 1; c < scores.Length; c++)
        {
            best = scores[c] > scores[best] ? c : best;
        }
        return best;
    }
}
