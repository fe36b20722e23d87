using System.Diagnostics;
using Spectre.Console;

namespace BatchScoring;

/// <summary>Shows the progress: a bar on a terminal, a line for each block elsewhere.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs the work, which reports after each block how many rows are done.</summary>
    public static void Run(long done, long total, Action<Action<long>> work)
    {
        if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
        {
            AnsiConsole.Progress()
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(),
                    new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
                .Start(context =>
                {
                    ProgressTask bar = context.AddTask($"{total:N0} rows", maxValue: Math.Max(1, total));
                    bar.Value = done;
                    work(rows => bar.Value = rows);
                    bar.Value = bar.MaxValue;
                });
            return;
        }
        long start = Stopwatch.GetTimestamp();
        work(rows => Console.WriteLine(
            $"{rows:N0} of {total:N0} rows, {(rows - done) / Stopwatch.GetElapsedTime(start).TotalSeconds:N0} rows/s"));
    }
}
