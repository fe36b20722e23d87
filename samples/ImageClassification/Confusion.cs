using Microsoft.ML.Data;
using Spectre.Console;

namespace ImageClassification;

/// <summary>What the model takes for what.</summary>
internal static class Confusion
{
    private const int MostColumns = 16, MostPairs = 20, LetterCount = 8;

    /// <summary>ML.NET's confusion matrix as a table; of many classes, the pairs that are confused most.</summary>
    /// <param name="matrix">Rows are what images show, columns what the model says.</param>
    /// <param name="classes">In the matrix's order.</param>
    public static void Show(ConfusionMatrix matrix, IReadOnlyList<string> classes) =>
        AnsiConsole.Write(matrix.NumberOfClasses <= MostColumns ? Matrix(matrix, classes) : Pairs(matrix, classes));

    private static Table Matrix(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        var table = new Table { Title = new TableTitle("rows: what images show, columns: what the model says"), Border = TableBorder.Rounded };
        table.AddColumn("");
        foreach (string name in classes)
        {
            table.AddColumn(new TableColumn(Markup.Escape(name.Length <= LetterCount ? name : name[..LetterCount])).RightAligned().NoWrap());
        }
        table.AddColumn(new TableColumn("recall").RightAligned().NoWrap());
        for (int actual = 0; actual < classes.Count; actual++)
        {
            table.AddRow([
                $"[bold]{Markup.Escape(classes[actual])}[/]",
                .. matrix.Counts[actual].Select((count, predicted) => Cell(count, actual == predicted)),
                Percent(matrix.PerClassRecall[actual])]);
        }
        return table;
    }

    private static Table Pairs(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        var table = new Table { Title = new TableTitle($"the {MostPairs} pairs of {classes.Count} classes confused most"), Border = TableBorder.Rounded };
        table.AddColumns("images show", "the model says", "images");
        var pairs =
            from actual in Enumerable.Range(0, classes.Count)
            from predicted in Enumerable.Range(0, classes.Count)
            where actual != predicted && matrix.Counts[actual][predicted] > 0
            orderby matrix.Counts[actual][predicted] descending
            select (actual, predicted);
        foreach ((int actual, int predicted) in pairs.Take(MostPairs))
        {
            table.AddRow(Markup.Escape(classes[actual]), Markup.Escape(classes[predicted]), $"{matrix.Counts[actual][predicted]}");
        }
        return table;
    }

    private static string Percent(double part) => $"{100 * part:0.0} %";

    private static string Cell(double count, bool correct) => count == 0
        ? "[grey].[/]"
        : correct ? $"[green]{count}[/]" : $"[yellow]{count}[/]";
}
