using System.Text;

namespace BatchScoring;

/// <summary>Counts the fields of one line that comes in pieces.</summary>
/// <param name="separator">What stands between two fields; not between quotation marks.</param>
internal struct CsvLine(byte separator)
{
    private long _separators;
    private bool _quoted;
    private byte _first, _second;

    /// <summary>Bytes of the line, up to the line feed.</summary>
    public long Length { get; private set; }

    /// <summary>Number of fields.</summary>
    public readonly long Fields => _separators + 1;

    /// <summary>Whether a text loader passes over it: it is empty or a comment.</summary>
    /// <param name="first">Whether no line has counted yet; then one that starts with # is a comment too.</param>
    public readonly bool IsSkipped(bool first) =>
        Length == 0 || (Length == 1 && _first == '\r') || (_first == '/' && _second == '/') || (first && _first == '#');

    /// <summary>Takes the next piece.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }
        (_first, _second) = Length switch
        {
            0 => (bytes[0], bytes.Length > 1 ? bytes[1] : default),
            1 => (_first, bytes[0]),
            _ => (_first, _second),
        };
        Length += bytes.Length;
        for (int quote; (quote = bytes.IndexOf((byte)'"')) >= 0; bytes = bytes[(quote + 1)..])
        {
            CountSeparators(bytes[..quote]);
            _quoted = !_quoted;
        }
        CountSeparators(bytes);
    }

    /// <summary>The fields of a line, without quotation marks.</summary>
    public static List<string> Split(string line, char separator)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == separator && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
                continue;
            }
            quoted ^= c == '"';
            field.Append(c == '"' ? "" : c.ToString());
        }
        fields.Add(field.ToString());
        return fields;
    }

    private void CountSeparators(ReadOnlySpan<byte> bytes) => _separators += _quoted ? 0 : bytes.Count(separator);
}
