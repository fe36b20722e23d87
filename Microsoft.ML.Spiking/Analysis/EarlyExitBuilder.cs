using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Scoring.Streams;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Builds <see cref="EarlyExitReport"/>: each row is scored once, with its scores after each step.</summary>
internal static class EarlyExitBuilder
{
    /// <summary>The confidences that are tried where none are given.</summary>
    public static readonly double[] Confidences =
        [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, double.PositiveInfinity];

    /// <summary>Makes the report.</summary>
    /// <exception cref="ArgumentException">A confidence or the least number of steps is out of its range.</exception>
    /// <exception cref="InvalidOperationException">No row has a label and finite features.</exception>
    public static EarlyExitReport Build(NetworkDefinition network, NetworkWeights weights, AnalysisData data,
        IReadOnlyList<double> confidences, int minimumSteps)
    {
        EarlyExit[] rules =
        [
            .. confidences.Select(
                confidence => new EarlyExit { Confidence = confidence, MinimumSteps = minimumSteps }),
        ];
        if (rules.Length == 0)
        {
            throw new ArgumentException("No confidence is given; give at least one.", nameof(confidences));
        }
        if (rules.Select(rule => rule.Fault()).FirstOrDefault(fault => fault is not null) is string wrong)
        {
            throw new ArgumentException(wrong, nameof(confidences));
        }
        var walk = new RowWalk(network, weights);
        int classes = network.ClassCount, timeSteps = network.TimeSteps;
        float[] scores = new float[classes], each = new float[timeSteps * classes];
        long[] correct = new long[rules.Length], steps = new long[rules.Length], early = new long[rules.Length];
        long[] correctAt = new long[timeSteps];
        long rows = 0, skipped = 0;
        foreach (AnalysisRow row in data.Rows)
        {
            if (row.Label < 0 || !ScoreArguments.AreFinite(row.Features))
            {
                skipped++;
                continue;
            }
            rows++;
            walk.Score(row.Features, exit: null, scores, each);
            bool[] isCorrect =
                [.. Enumerable.Range(0, timeSteps).Select(t => Predicted(each, t, classes) == row.Label)];
            for (int t = 0; t < timeSteps; t++)
            {
                correctAt[t] += isCorrect[t] ? 1 : 0;
            }
            for (int i = 0; i < rules.Length; i++)
            {
                int taken = 1;
                while (taken < timeSteps && !rules[i].Decides(taken, each.AsSpan((taken - 1) * classes, classes)))
                {
                    taken++;
                }
                steps[i] += taken;
                early[i] += taken < timeSteps ? 1 : 0;
                correct[i] += isCorrect[taken - 1] ? 1 : 0;
            }
        }
        if (rows == 0)
        {
            throw new InvalidOperationException(
                "No row of the data has a label and finite features: there is nothing to report on.");
        }
        return new()
        {
            Rows = rows,
            SkippedRows = skipped,
            TimeSteps = timeSteps,
            MinimumSteps = minimumSteps,
            Points =
            [
                .. rules.Select((rule, i) => new EarlyExitPoint
                {
                    Confidence = rule.Confidence,
                    Accuracy = (double)correct[i] / rows,
                    MeanSteps = (double)steps[i] / rows,
                    EarlyShare = (double)early[i] / rows,
                }),
            ],
            StepAccuracies = [.. correctAt.Select(count => (double)count / rows)],
        };
    }

    private static int Predicted(float[] each, int step, int classes) =>
        ScoredLabels.Predicted(each.AsSpan(step * classes, classes));
}
