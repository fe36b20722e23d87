using Spectre.Console;

namespace Tables;

/// <summary>The summary as tables of text, and all measurements as a file.</summary>
internal static class Report
{
    /// <summary>Shows the accuracy on each table, and the means over the tables.</summary>
    public static void Show(Summary summary)
    {
        Show("accuracy in %, mean and standard deviation over the splits", summary.Accuracies());
        Show($"over the {summary.Tables.Count} tables", summary.Means());
    }

    /// <summary>Writes a line for each measurement.</summary>
    public static void Write(string path, IEnumerable<Measurement> measurements) => File.WriteAllLines(path,
    [
        "table,split,trainer,accuracy,log loss,calibration error,training seconds,rows scored per second,zip bytes",
        .. measurements.Select(of => $"{of.Table},{of.Split},{of.Trainer},{of.Accuracy:0.00000},{of.LogLoss:0.00000}," +
            $"{of.CalibrationError:0.00000},{of.TrainingSeconds:0.000},{of.RowsScoredPerSecond:0},{of.ZipBytes}"),
    ]);

    private static void Show(string title, IEnumerable<string[]> lines)
    {
        var table = new Table { Title = new TableTitle(title) };
        table.AddColumns(lines.First());
        foreach (string[] line in lines.Skip(1))
        {
            table.AddRow(line);
        }
        AnsiConsole.Write(table);
    }
}
