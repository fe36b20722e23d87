namespace Tables;

/// <summary>Means over the splits, and ranks over the tables.</summary>
internal sealed class Summary
{
    private readonly Dictionary<(string Table, string Trainer), Measurement[]> _splits;

    public Summary(IReadOnlyList<Measurement> measurements)
    {
        Tables = [.. measurements.Select(measurement => measurement.Table).Distinct()];
        Trainers = [.. measurements.Select(measurement => measurement.Trainer).Distinct()];
        _splits = measurements.GroupBy(measurement => (measurement.Table, measurement.Trainer))
            .ToDictionary(group => group.Key, group => group.ToArray());
    }

    public IReadOnlyList<string> Tables { get; }

    public IReadOnlyList<string> Trainers { get; }

    /// <summary>
    /// Returns the accuracy of each trainer on each table, in rows of columns; the first row has their names.
    /// </summary>
    public IEnumerable<string[]> Accuracies() =>
    [
        ["table", .. Trainers],
        .. Tables.Select(table => (string[])[table, .. Trainers.Select(trainer => Text(
            $"{100 * Mean(table, trainer, Accuracy):0.00} ± {100 * Deviation(table, trainer, Accuracy):0.00}"))]),
    ];

    /// <summary>Returns the means over the tables, in rows of columns; the first row has their names.</summary>
    public IEnumerable<string[]> Means()
    {
        yield return ["over the tables", .. Trainers];
        yield return Line("mean accuracy (%)", trainer => $"{100 * MeanOfTables(trainer, Accuracy):0.00}");
        yield return Line("mean rank by accuracy", trainer => $"{MeanRank(trainer, split => -split.Accuracy):0.00}");
        yield return Line("mean log loss", trainer => $"{MeanOfTables(trainer, split => split.LogLoss):0.000}");
        yield return Line("mean rank by log loss", trainer => $"{MeanRank(trainer, split => split.LogLoss):0.00}");
        yield return Line("mean calibration error (%)",
            trainer => $"{100 * MeanOfTables(trainer, split => split.CalibrationError):0.0}");
        yield return Line("median training time (s)",
            trainer => $"{MedianOfTables(trainer, split => split.TrainingSeconds):0.00}");
        yield return Line("longest training time (s)",
            trainer => $"{Tables.Max(table => Mean(table, trainer, split => split.TrainingSeconds)):0.0}");
        yield return Line("median rows scored per second",
            trainer => $"{MedianOfTables(trainer, split => split.RowsScoredPerSecond):0}");
        yield return Line("median size of the model (kB)",
            trainer => $"{MedianOfTables(trainer, split => split.ZipBytes) / 1024:0}");

        string[] Line(string name, Func<string, FormattableString> value) =>
            [name, .. Trainers.Select(trainer => Text(value(trainer)))];
    }

    /// <summary>Returns the mean over the splits; NaN if nothing was measured.</summary>
    public double Mean(string table, string trainer, Func<Measurement, double> value) =>
        _splits.TryGetValue((table, trainer), out Measurement[]? splits) ? splits.Average(value) : double.NaN;

    /// <summary>Returns the standard deviation over the splits; 0 with one split.</summary>
    public double Deviation(string table, string trainer, Func<Measurement, double> value)
    {
        double mean = Mean(table, trainer, value);
        return _splits.TryGetValue((table, trainer), out Measurement[]? splits) && splits.Length > 1
            ? Math.Sqrt(splits.Sum(split => Math.Pow(value(split) - mean, 2)) / (splits.Length - 1))
            : 0;
    }

    /// <summary>Returns the mean over the tables of the means over the splits.</summary>
    public double MeanOfTables(string trainer, Func<Measurement, double> value) =>
        Tables.Average(table => Mean(table, trainer, value));

    /// <summary>Returns the median over the tables of the means over the splits.</summary>
    public double MedianOfTables(string trainer, Func<Measurement, double> value)
    {
        double[] sorted = [.. Tables.Select(table => Mean(table, trainer, value)).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>
    /// Returns the mean rank over the tables, 1 for the trainer that is best on every one; ties share their ranks.
    /// </summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="badness">The measure to rank by; smaller is better.</param>
    public double MeanRank(string trainer, Func<Measurement, double> badness) => Tables.Average(table =>
    {
        double own = Mean(table, trainer, badness);
        double[] all = [.. Trainers.Select(other => Mean(table, other, badness))];
        return all.Count(other => other < own) + ((all.Count(other => other == own) + 1) / 2.0);
    });

    private static double Accuracy(Measurement split) => split.Accuracy;

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
