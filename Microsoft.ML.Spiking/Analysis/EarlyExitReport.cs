using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// What <see cref="EarlyExit"/> would do to a model: its accuracy and its mean number of time steps at several
/// confidences, on the same rows.
/// </summary>
public sealed class EarlyExitReport : AnalysisReport
{
    internal EarlyExitReport() { }

    /// <summary>Gets the number of rows that were scored.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the number of rows with missing or infinite features, which were left out.</summary>
    public required long SkippedRows { get; init; }

    /// <summary>Gets the time steps of a row that is not decided early.</summary>
    public required int TimeSteps { get; init; }

    /// <summary>Gets the steps before which no row is decided.</summary>
    public required int LeastSteps { get; init; }

    /// <summary>Gets the figures at each confidence, in the order that was asked for.</summary>
    public required IReadOnlyList<EarlyExitPoint> Points { get; init; }

    /// <summary>
    /// Gets the accuracy when every row is scored for that many steps, 0 to 1, from 1 step to all of them.
    /// </summary>
    public required IReadOnlyList<double> StepAccuracies { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var table = new TextTable("confidence", "accuracy (%)", "mean steps", "decided early (%)");
        foreach (EarlyExitPoint point in Points)
        {
            table.Add(Text(point.Confidence), ReportNumbers.Percent(point.Accuracy),
                Invariant($"{point.MeanSteps:0.00}"), ReportNumbers.Percent(point.DecidedEarly));
        }
        return Invariant($"Early exit on {Rows:N0} rows, {TimeSteps} time steps\n\n{table}");
    }

    /// <inheritdoc/>
    public override string ToCsv()
    {
        var table = new TextTable("Confidence", "Accuracy", "MeanSteps", "DecidedEarly");
        foreach (EarlyExitPoint point in Points)
        {
            table.Add(Text(point.Confidence), point.Accuracy, point.MeanSteps, point.DecidedEarly);
        }
        return table.ToCsv();
    }

    private static string Text(double confidence) =>
        double.IsPositiveInfinity(confidence) ? "infinite" : Invariant($"{confidence}");
}

/// <summary>The figures of one confidence.</summary>
/// <param name="Confidence">The probability at which a row is decided.</param>
/// <param name="Accuracy">The share of the rows that are classified correctly, 0 to 1.</param>
/// <param name="MeanSteps">The mean number of time steps of a row.</param>
/// <param name="DecidedEarly">The share of the rows that are decided before the last step, 0 to 1.</param>
public sealed record EarlyExitPoint(double Confidence, double Accuracy, double MeanSteps, double DecidedEarly);
