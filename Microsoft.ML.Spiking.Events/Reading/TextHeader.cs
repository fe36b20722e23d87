using System.Text;

namespace Microsoft.ML.Spiking.Events.Reading;

/// <summary>The lines of text at the beginning of a recording.</summary>
internal static class TextHeader
{
    private const int MostLines = 4_096;
    private const int LongestLine = 8_192;

    /// <summary>
    /// Reads lines that begin with a sign, up to and including one that is the end mark, or up to the first that does
    /// not begin so. Where data may begin with the sign, a line with control characters, or without an end, is data.
    /// </summary>
    public static List<string> Read(ByteSource source, string sign, string endMark)
    {
        var lines = new List<string>();
        while (lines.Count < MostLines)
        {
            ReadOnlySpan<byte> bytes = source.Fill(LongestLine);
            bytes = bytes[..Math.Min(bytes.Length, LongestLine)];
            int length = bytes.IndexOf((byte)'\n');
            if (length < 0 || !IsText(bytes[..length]))
            {
                break;
            }
            string line = Encoding.Latin1.GetString(bytes[..length]).TrimEnd('\r', ' ');
            if (!(line + " ").StartsWith(sign, StringComparison.Ordinal))
            {
                break;
            }
            source.Advance(length + 1);
            lines.Add(line);
            if (line == endMark)
            {
                break;
            }
        }
        return lines;
    }

    // Bytes of 128 and more may be letters of another encoding, in a comment.
    private static bool IsText(ReadOnlySpan<byte> line)
    {
        foreach (byte letter in line)
        {
            if (letter is < 32 and not ((byte)'\t' or (byte)'\r') or 127)
            {
                return false;
            }
        }
        return true;
    }
}
