using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tables;

/// <summary>The results of one trainer on one split of one table.</summary>
internal sealed record Measurement
{
    private const int CalibrationBins = 15;
    private const double LeastProbability = 1e-15;
    private const double LeastScoringSeconds = 0.3;

    public required string Table { get; init; }

    public required string Trainer { get; init; }

    /// <summary>Gets the seed of the split, and of the trainer.</summary>
    public required int Split { get; init; }

    /// <summary>Gets the part of the test rows whose class is predicted, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the mean of -ln(probability of the true class).</summary>
    public required double LogLoss { get; init; }

    /// <summary>
    /// Gets the expected calibration error: the mean difference between confidence and accuracy over 15 bins of equal
    /// width of the confidence, weighted by rows. Guo et al., "On Calibration of Modern Neural Networks", arXiv
    /// 1706.04599.
    /// </summary>
    public required double CalibrationError { get; init; }

    public required double TrainingSeconds { get; init; }

    public required double RowsScoredPerSecond { get; init; }

    /// <summary>Gets the bytes of the saved model, without the featurizers.</summary>
    public required long ZipBytes { get; init; }

    /// <summary>Trains on one set of rows and measures on another; both have "Features" and "Label".</summary>
    public static Measurement Take(
        MLContext ml, string table, int split, Contender contender, IDataView train, IDataView test)
    {
        long start = Stopwatch.GetTimestamp();
        ITransformer model = contender.Create(ml).Fit(train);
        double trainingSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        (uint Label, float[] Scores)[] rows = [.. Score(model, test)];
        using var zip = new MemoryStream();
        ml.Model.Save(model, train.Schema, zip);
        var measurement = new Measurement
        {
            Table = table,
            Trainer = contender.Name,
            Split = split,
            Accuracy = rows.Average(row => Predicted(row.Scores) == row.Label - 1 ? 1.0 : 0.0),
            LogLoss = rows.Average(
                row => -Math.Log(Math.Max(LeastProbability, Probability(row.Scores, (int)row.Label - 1)))),
            CalibrationError = Calibration(rows),
            TrainingSeconds = trainingSeconds,
            RowsScoredPerSecond = Speed(model, test, rows.Length),
            ZipBytes = zip.Length,
        };
        (model as IDisposable)?.Dispose();
        return measurement;
    }

    public override string ToString() =>
        $"{Table} {Split} {Trainer}: accuracy {100 * Accuracy:0.00} %, log loss {LogLoss:0.000}, calibration error " +
        $"{100 * CalibrationError:0.0} %, trained in {TrainingSeconds:0.0} s, {RowsScoredPerSecond:0} rows/s, " +
        $"{ZipBytes / 1024} kB";

    private static double Speed(ITransformer model, IDataView test, int rows)
    {
        long start = Stopwatch.GetTimestamp();
        for (int passes = 1; ; passes++)
        {
            foreach (var _ in Score(model, test))
            {
            }
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (seconds >= LeastScoringSeconds)
            {
                return passes * rows / seconds;
            }
        }
    }

    private static IEnumerable<(uint Label, float[] Scores)> Score(ITransformer model, IDataView test)
    {
        IDataView scored = model.Transform(test);
        DataViewSchema.Column label = scored.Schema["Label"], score = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([label, score]);
        ValueGetter<uint> getLabel = cursor.GetGetter<uint>(label);
        ValueGetter<VBuffer<float>> getScores = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> scores = default;
        uint key = 0;
        while (cursor.MoveNext())
        {
            getLabel(ref key);
            getScores(ref scores);
            yield return (key, scores.DenseValues().ToArray());
        }
    }

    // The scores of one-versus-all do not add up to 1.
    private static double Probability(float[] scores, int label)
    {
        double sum = scores.Sum(score => (double)score);
        return sum > 0 ? scores[label] / sum : 1.0 / scores.Length;
    }

    private static int Predicted(float[] scores) => Array.IndexOf(scores, scores.Max());

    private static double Calibration((uint Label, float[] Scores)[] rows)
    {
        var confidence = new double[CalibrationBins];
        var right = new double[CalibrationBins];
        foreach ((uint label, float[] scores) in rows)
        {
            int predicted = Predicted(scores);
            double probability = Probability(scores, predicted);
            int bin = Math.Clamp((int)(probability * CalibrationBins), 0, CalibrationBins - 1);
            confidence[bin] += probability;
            right[bin] += predicted == label - 1 ? 1 : 0;
        }
        return confidence.Zip(right, (sum, count) => Math.Abs(sum - count)).Sum() / rows.Length;
    }
}
