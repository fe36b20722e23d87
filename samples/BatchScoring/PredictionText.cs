using System.Globalization;
using System.Text;

namespace BatchScoring;

/// <summary>Predictions as lines of CSV: the label, then the probability of each class.</summary>
internal sealed class PredictionText(IReadOnlyList<string> classes, char separator)
{
    private readonly string[] _labels = [.. classes.Select(label => Quote(label, separator))];
    private readonly StringBuilder _text = new();

    /// <summary>Returns the header.</summary>
    public byte[] Header()
    {
        _text.Append("PredictedLabel").Append(separator).AppendJoin(separator, _labels).Append('\n');
        return Take();
    }

    /// <summary>Adds a line for a row; without scores, a line of empty fields.</summary>
    public void Add(float[]? scores)
    {
        if (scores is null)
        {
            _text.Append(separator, _labels.Length).Append('\n');
            return;
        }
        _text.Append(_labels[scores.IndexOf(scores.Max())]);
        foreach (float score in scores)
        {
            _text.Append(separator).Append(CultureInfo.InvariantCulture, $"{score}");
        }
        _text.Append('\n');
    }

    /// <summary>Returns the lines that were added since the last call, in UTF-8.</summary>
    public byte[] Take()
    {
        byte[] lines = Encoding.UTF8.GetBytes(_text.ToString());
        _text.Clear();
        return lines;
    }

    private static string Quote(string field, char separator) =>
        field.AsSpan().IndexOfAny([separator, '"', '\r', '\n']) < 0
            ? field
            : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
