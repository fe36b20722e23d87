using System.Globalization;

namespace BatchScoring;

/// <summary>
/// A look at the whole file before anything is scored: how many rows there are, and whether all lines have as many
/// fields as the first. ML.NET's text loader does not mind: it fills up short lines and cuts off long ones.
/// </summary>
internal sealed class CsvFile
{
    private const int ChunkBytes = 1 << 20;

    private readonly string _path;
    private readonly char _separator;
    private readonly bool _header;

    /// <exception cref="UsageException">There is no such file, or its lines differ in their number of fields.</exception>
    public CsvFile(string path, char separator, bool header)
    {
        (_path, _separator, _header) = (path, separator, header);
        if (!File.Exists(path))
        {
            throw new UsageException($"There is no file '{path}'.");
        }
        long lines = 0;
        foreach ((long number, CsvLine line) in LinesThatCount())
        {
            FieldCount = lines++ == 0 ? line.Fields : FieldCount;
            if (line.Fields != FieldCount)
            {
                throw new UsageException(
                    $"Line {number:N0} of '{path}' has {line.Fields:N0} fields; the lines before it have {FieldCount:N0}.");
            }
        }
        RowCount = header ? Math.Max(0, lines - 1) : lines;
    }

    /// <summary>Rows, the line of names not among them.</summary>
    public long RowCount { get; }

    /// <summary>Fields of every line; 0 in an empty file.</summary>
    public long FieldCount { get; }

    /// <summary>One sentence that says why a row cannot be scored.</summary>
    /// <param name="row">The row, counted from 0.</param>
    /// <param name="features">The fields to look at.</param>
    public string Fault(long row, FieldRange features)
    {
        long number = LinesThatCount().Skip(_header ? 1 : 0).ElementAt((int)Math.Min(row, int.MaxValue)).Number;
        string text = File.ReadLines(_path).ElementAt((int)Math.Min(number - 1, int.MaxValue));
        List<string> fields = CsvLine.Split(text, _separator);
        for (int field = features.First; field <= features.Last; field++)
        {
            bool isNumber = float.TryParse(fields[field - 1], NumberStyles.Float, CultureInfo.InvariantCulture, out float value);
            if (!isNumber || !float.IsFinite(value))
            {
                return $"Line {number:N0} of '{_path}': field {field:N0} is '{fields[field - 1]}', which is no finite number.";
            }
        }
        return $"Line {number:N0} of '{_path}' cannot be scored: its values are too large for the model.";
    }

    /// <summary>The line of names and the rows: what is left when empty lines and comments are passed over.</summary>
    private IEnumerable<(long Number, CsvLine Line)> LinesThatCount()
    {
        bool first = true;
        foreach ((long number, CsvLine line) in Lines())
        {
            if (!line.IsSkipped(first))
            {
                first = false;
                yield return (number, line);
            }
        }
    }

    private IEnumerable<(long Number, CsvLine Line)> Lines()
    {
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        byte[] buffer = new byte[ChunkBytes];
        var line = new CsvLine((byte)_separator);
        long number = 1;
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            for (int at = 0, length; at < read; at += length + 1)
            {
                int end = buffer.AsSpan(at, read - at).IndexOf((byte)'\n');
                length = end < 0 ? read - at : end;
                line.Add(buffer.AsSpan(at, length));
                if (end >= 0)
                {
                    yield return (number++, line);
                    line = new CsvLine((byte)_separator);
                }
            }
        }
        if (line.Length > 0)
        {
            yield return (number, line);
        }
    }
}
