using Microsoft.ML.Data;
using Spectre.Console;

namespace ImageClassification;

/// <summary>The classes that the model confuses.</summary>
internal static class Confusion
{
    private const int MostColumns = 16, MostPairs = 20;

    /// <summary>
    /// Shows ML.NET's confusion matrix as a table; with many classes, the pairs that are confused most often.
    /// </summary>
    /// <param name="matrix">Rows are actual classes, columns predicted ones.</param>
    /// <param name="classes">In the matrix's order.</param>
    public static void Show(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        bool fits = classes.Count <= MostColumns;
        AnsiConsole.WriteLine(fits
            ? "actual classes (rows) and predicted classes (columns)"
            : $"the {MostPairs} pairs of {classes.Count} classes that are confused most often");
        AnsiConsole.Write(fits ? Matrix(matrix, classes) : Pairs(matrix, classes));
    }

    private static Table Matrix(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("");
        table.AddColumns(
            [.. classes.Select((_, i) => new TableColumn($"{i}").RightAligned().NoWrap().Padding(1, 0, 0, 0))]);
        table.AddColumn(new TableColumn("recall").RightAligned().NoWrap());
        for (int actual = 0; actual < classes.Count; actual++)
        {
            table.AddRow([
                $"[bold]{actual} {Markup.Escape(classes[actual])}[/]",
                .. matrix.Counts[actual].Select((count, predicted) => Cell(count, actual == predicted)),
                Percent(matrix.PerClassRecall[actual])]);
        }
        return table;
    }

    private static Table Pairs(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("images show", "the model says", "images");
        var pairs =
            from actual in Enumerable.Range(0, classes.Count)
            from predicted in Enumerable.Range(0, classes.Count)
            where actual != predicted && matrix.Counts[actual][predicted] > 0
            orderby matrix.Counts[actual][predicted] descending
            select (actual, predicted);
        foreach ((int actual, int predicted) in pairs.Take(MostPairs))
        {
            table.AddRow(
                Markup.Escape(classes[actual]), Markup.Escape(classes[predicted]),
                $"{matrix.Counts[actual][predicted]}");
        }
        return table;
    }

    private static string Percent(double part) => $"{100 * part:0.0} %";

    private static string Cell(double count, bool correct) => count == 0
        ? "[grey].[/]"
        : correct ? $"[green]{count}[/]" : $"[yellow]{count}[/]";
}
