using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Spectre.Console;

namespace Quickstart;

/// <summary>The report on a trained model.</summary>
internal static class Report
{
    public static void Show(MulticlassClassificationMetrics quality, int rows, EpochMetrics last)
    {
        ConfusionMatrix matrix = quality.ConfusionMatrix;
        var table =
            new Table { Title = new TableTitle("rows: digit, columns: prediction"), Border = TableBorder.Rounded };
        table.AddColumn("");
        for (int predicted = 0; predicted < matrix.NumberOfClasses; predicted++)
        {
            table.AddColumn(new TableColumn($"{predicted}").RightAligned());
        }
        table.AddColumn(new TableColumn("recall").RightAligned());
        for (int actual = 0; actual < matrix.NumberOfClasses; actual++)
        {
            table.AddRow([
                $"[bold]{actual}[/]",
                .. matrix.Counts[actual].Select((count, predicted) => Cell(count, actual == predicted)),
                Percent(matrix.PerClassRecall[actual])]);
        }
        AnsiConsole.Write(table);
        foreach ((string layer, double rate) in last.FiringRates)
        {
            AnsiConsole.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"mean firing rate of {layer}: {rate:0.000} spikes per neuron and time step");
        }
        AnsiConsole.MarkupLine($"[bold]test accuracy {Percent(quality.MicroAccuracy)}[/] ({rows} rows)");
    }

    private static string Percent(double part) => (100 * part).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    private static string Cell(double count, bool correct) => count == 0
        ? "[grey].[/]"
        : correct ? $"[green]{count}[/]" : $"[yellow]{count}[/]";
}
