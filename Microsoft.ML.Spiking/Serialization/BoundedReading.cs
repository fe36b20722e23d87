using static System.FormattableString;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// Reading from a stream that may lie about its content: memory grows with the bytes that arrive, never with the bytes
/// that are announced.
/// </summary>
internal static class BoundedReading
{
    private const int FirstBuffer = 1 << 16;

    /// <summary>Reads the rest of a stream.</summary>
    /// <param name="stream">Need not be seekable.</param>
    /// <param name="limit">Most bytes that are accepted.</param>
    /// <param name="what">The subject of the error's sentence.</param>
    /// <exception cref="FormatException">There are more than <paramref name="limit"/> bytes.</exception>
    public static byte[] ReadToEnd(Stream stream, int limit, string what)
    {
        using var copy = new MemoryStream();
        byte[] chunk = new byte[FirstBuffer];
        int read;
        while ((read = stream.Read(chunk)) > 0)
        {
            if (copy.Length + read > limit)
            {
                throw new FormatException(
                    Invariant($"{what} is longer than {limit:N0} bytes; it is damaged, or not a model of this ") +
                    "library.");
            }
            copy.Write(chunk, 0, read);
        }
        return copy.ToArray();
    }

    /// <summary>Reads exactly <paramref name="count"/> bytes.</summary>
    /// <param name="stream">Need not be seekable.</param>
    /// <param name="count">How many bytes are announced.</param>
    /// <param name="what">The subject of the error's sentence.</param>
    /// <exception cref="FormatException">The stream ends earlier.</exception>
    public static byte[] ReadExactly(Stream stream, int count, string what)
    {
        byte[] bytes = new byte[Math.Min(count, FirstBuffer)];
        int filled = 0;
        while (filled < count)
        {
            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(count, 2L * bytes.Length));
            }
            int read = stream.Read(bytes, filled, bytes.Length - filled);
            if (read == 0)
            {
                throw new FormatException(
                    Invariant($"{what} is cut short: {count:N0} bytes are announced and {filled:N0} are there."));
            }
            filled += read;
        }
        return bytes;
    }
}
