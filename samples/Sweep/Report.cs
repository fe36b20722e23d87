using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Sweeps;
using Spectre.Console;

namespace Sweep;

/// <summary>Shows the result of a sweep.</summary>
internal static class Report
{
    private const int RowLimit = 12;

    /// <summary>Shows the best trials, how stable they are, and why others failed.</summary>
    public static void Show(SweepResult result)
    {
        string[] names = [.. result.BestTrial.Values.Keys];
        var title = new TableTitle($"the best of {result.Trials.Count} trials");
        var table = new Table { Title = title, Border = TableBorder.Rounded };
        table.AddColumns(["trial", "state", "validation", "epochs", .. names]);
        foreach (SweepTrial trial in result.Trials.OrderByDescending(trial => trial.Score ?? -1).Take(RowLimit))
        {
            table.AddRow([
                $"{trial.Number}", $"{trial.State}", Percent(trial.Score ?? double.NaN), $"{trial.Epochs.Count}",
                .. names.Select(name =>
                    trial.Values[name] is double number ? $"{number:G3}" : $"{trial.Values[name]}")]);
        }
        AnsiConsole.Write(table);
        foreach (IGrouping<TrialState, SweepTrial> state in result.Trials.GroupBy(trial => trial.State)
            .OrderBy(of => of.Key))
        {
            AnsiConsole.MarkupLineInterpolated($"{state.Key}: {state.Count()} trials");
        }
        foreach (SweepTrial trial in result.Trials.Where(trial => trial.Reason is not null))
        {
            AnsiConsole.MarkupLineInterpolated($"trial {trial.Number} failed: {trial.Reason}");
        }
        foreach (SweepStability stability in result.Stability)
        {
            AnsiConsole.WriteLine(
                $"trial {stability.Trial} with {stability.Scores.Count} other seeds: {Percent(stability.Mean)}, " +
                $"standard deviation {Percent(stability.StandardDeviation)}");
        }
    }

    /// <summary>Shows the accuracy on rows that the search has never seen.</summary>
    public static void ShowComparison(IReadOnlyList<(string Name, MulticlassClassificationMetrics Metrics)> rows)
    {
        var table = new Table { Title = new TableTitle("on held-out test rows"), Border = TableBorder.Rounded };
        table.AddColumns("", "accuracy", "log-loss");
        foreach ((string name, MulticlassClassificationMetrics metrics) in rows)
        {
            table.AddRow(name, Percent(metrics.MicroAccuracy), $"{metrics.LogLoss:0.0000}");
        }
        AnsiConsole.Write(table);
    }

    private static string Percent(double part) => $"{100 * part:0.00} %";
}
