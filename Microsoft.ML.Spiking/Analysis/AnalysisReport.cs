using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A report on a network, which can be read as text, JSON or CSV. All numbers are written as in English.
/// </summary>
public abstract class AnalysisReport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private protected AnalysisReport() { }

    /// <summary>Returns the report as a text of several lines, to be read in a fixed-width font.</summary>
    public abstract override string ToString();

    /// <summary>Returns the report's figures as CSV: a line of names, then a line for each row; RFC 4180.</summary>
    public abstract string ToCsv();

    /// <summary>Returns all that the report holds as a JSON object.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GetType(), Json);
}

/// <summary>Rows of text, written in columns or as CSV.</summary>
/// <param name="names">The columns' names.</param>
internal sealed class TextTable(params string[] names)
{
    private readonly List<string[]> _rows = [names];

    /// <summary>Adds a row: texts as they are, numbers in the invariant culture.</summary>
    public TextTable Add(params object?[] values)
    {
        _rows.Add([.. values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")]);
        return this;
    }

    /// <summary>Returns columns: the first to the left, the others, which are numbers, to the right.</summary>
    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, names.Length).Select(column => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in _rows)
        {
            string line = string.Join("  ", row.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column])));
            text.Append(line.TrimEnd()).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Returns CSV; cells with a comma, a quote or a line break are quoted.</summary>
    public string ToCsv() => string.Concat(_rows.Select(row => string.Join(",", row.Select(Quoted)) + "\n"));

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}

/// <summary>Numbers as reports write them.</summary>
internal static class ReportNumbers
{
    /// <summary>A share, 0 to 1, in per cent.</summary>
    public static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>A number with digits that matter.</summary>
    public static string Short(double value) => value.ToString(
        Math.Abs(value) >= 1000 ? "N0" : "0.####", CultureInfo.InvariantCulture);
}
