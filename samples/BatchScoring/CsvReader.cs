using System.Text;
using nietras.SeparatedValues;

namespace BatchScoring;

/// <summary>
/// Reads CSV as RFC 4180 defines it, in UTF-8: lines end with a line feed, with or without a carriage return before it;
/// a field that holds the separator, a quotation mark or a line end is quoted, and quotation marks in it are doubled;
/// every row has as many fields as the first. There are no comments and no empty lines. Everything else is refused.
/// </summary>
internal sealed class CsvReader : IDisposable
{
    private readonly string _path;
    private readonly InputStream _bytes;
    private readonly SepReader _rows;
    private long _nextLine = 1;

    /// <summary>Opens the file before its first row.</summary>
    /// <exception cref="UsageException">It begins with something that is not CSV.</exception>
    public CsvReader(string path, char separator)
    {
        _path = path;
        _bytes = new InputStream(path, (byte)separator);
        try
        {
            var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            var text = new StreamReader(_bytes, encoding, detectEncodingFromByteOrderMarks: false);
            _rows = Readable(() => Sep.New(separator)
                .Reader(options => options with { HasHeader = false, DisableColCountCheck = true }).From(text));
        }
        catch
        {
            _bytes.Dispose();
            throw;
        }
    }

    /// <summary>Gets the number of fields in every row; 0 before the first.</summary>
    public int FieldCount { get; private set; }

    /// <summary>Gets the line in which the current row begins, counted from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Moves to the next row.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="UsageException">The row breaks a rule.</exception>
    public bool MoveNext()
    {
        if (!Readable(_rows.MoveNext))
        {
            return false;
        }
        SepReader.Row row = _rows.Current;
        (Line, _nextLine) = (_nextLine, _nextLine + 1);
        if (row.Span.IsEmpty && FieldCount != 1)
        {
            throw new UsageException($"Line {Line:N0} of '{_path}' is empty: remove it.");
        }
        if (row.Span.Contains('"'))
        {
            _nextLine += row.Span.Count('\n');
            for (int column = 0; column < row.ColCount; column++)
            {
                CheckQuotes(row[column].Span, column + 1);
            }
        }
        FieldCount = FieldCount == 0 ? row.ColCount : FieldCount;
        return row.ColCount == FieldCount
            ? true
            : throw new UsageException(
                $"Line {Line:N0} of '{_path}' has {row.ColCount:N0} fields; the lines before it have {FieldCount:N0}.");
    }

    /// <summary>Returns a field of the current row, without its quotation marks.</summary>
    /// <param name="number">Counted from 1.</param>
    public ReadOnlySpan<char> Field(int number)
    {
        ReadOnlySpan<char> field = _rows.Current[number - 1].Span;
        return field is ['"', .., '"'] ? field[1..^1] : field;
    }

    /// <summary>Returns the SHA-256 of the file's content; only after its last row.</summary>
    public string Sha256() => _bytes.Sha256();

    public void Dispose()
    {
        _rows.Dispose();
        _bytes.Dispose();
    }

    private void CheckQuotes(ReadOnlySpan<char> field, int number)
    {
        bool isQuoted = field is ['"', .., '"'];
        ReadOnlySpan<char> inside = isQuoted ? field[1..^1] : field;
        while (inside.IndexOf('"') is int at and >= 0)
        {
            if (!isQuoted || at + 1 == inside.Length || inside[at + 1] != '"')
            {
                throw new UsageException($"Line {Line:N0} of '{_path}': field {number:N0} has a quotation mark that " +
                    "is neither around the whole field nor doubled within it.");
            }
            inside = inside[(at + 2)..];
        }
    }

    private T Readable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException(
                $"'{_path}' is not UTF-8 text: behind line {Line:N0} are bytes that no character has.");
        }
        catch (NotSupportedException)
        {
            throw new UsageException($"'{_path}' has a row behind line {Line:N0} that is too long to be read; " +
                "a quotation mark that is not closed makes one row of the rest of the file.");
        }
    }
}
