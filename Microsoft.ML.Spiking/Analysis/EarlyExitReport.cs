using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The effect of <see cref="EarlyExit"/> on a model: its accuracy and its mean number of time steps at several
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
    public required int MinimumSteps { get; init; }

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
                Invariant($"{point.MeanSteps:0.00}"), ReportNumbers.Percent(point.EarlyShare));
        }
        return Invariant($"Early exit on {Rows:N0} rows, {TimeSteps} time steps\n\n{table}");
    }

    /// <inheritdoc/>
    public override string ToCsv()
    {
        var table = new TextTable("Confidence", "Accuracy", "MeanSteps", "EarlyShare");
        foreach (EarlyExitPoint point in Points)
        {
            table.Add(Text(point.Confidence), point.Accuracy, point.MeanSteps, point.EarlyShare);
        }
        return table.ToCsv();
    }

    private static string Text(double confidence) =>
        double.IsPositiveInfinity(confidence) ? "infinite" : Invariant($"{confidence}");
}

/// <summary>The figures of one confidence.</summary>
public sealed class EarlyExitPoint
{
    internal EarlyExitPoint() { }

    /// <summary>Gets <see cref="EarlyExit.Confidence"/>.</summary>
    public required double Confidence { get; init; }

    /// <summary>Gets the share of rows classified correctly, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the mean number of time steps of a row.</summary>
    public required double MeanSteps { get; init; }

    /// <summary>Gets the share of rows decided before their last step, 0 to 1.</summary>
    public required double EarlyShare { get; init; }
}
