using System.Globalization;
using System.Text;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>The trials of a sweep as a table of text.</summary>
internal static class TrialTable
{
    private const int LongestReason = 160;

    public static string Write(SweepResult result)
    {
        string[] names = [.. result.Trials.SelectMany(trial => trial.Values.Keys).Distinct()];
        bool isLowBest = result.Metric == SweepMetric.LogLoss;
        bool hasReasons = result.Trials.Any(trial => trial.Reason is not null);
        var rows = new List<string[]>
        {
            (string[])["trial", "state", result.Metric.ToString(), "epochs", .. names, .. Reason("reason")],
        };
        rows.AddRange(result.Trials
            .OrderByDescending(trial =>
                trial.Score is double score ? (isLowBest ? -score : score) : double.NegativeInfinity)
            .ThenBy(trial => trial.Number)
            .Select(trial => (string[])
            [
                Text(trial.Number), trial.State.ToString(),
                trial.Score?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "",
                Text(trial.Epochs.Count), .. names.Select(name => Text(trial.Values.GetValueOrDefault(name))),
                .. Reason(Short(trial.Reason)),
            ]));
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            text.AppendLine(string.Join("  ", row.Zip(widths, (cell, width) => cell.PadRight(width))).TrimEnd());
        }
        return text.ToString();

        string[] Reason(string cell) => hasReasons ? [cell] : [];
    }

    /// <summary>Returns a reason on one line; null becomes an empty cell.</summary>
    private static string Short(string? reason)
    {
        string line = (reason ?? "").ReplaceLineEndings(" ");
        return line.Length <= LongestReason ? line : line[..LongestReason] + "...";
    }

    private static string Text(object? value) => value is double number
        ? number.ToString("G3", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
