using System.Buffers;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Reading;

/// <summary>A stream behind one buffer of fixed size, which knows where in the file it is.</summary>
internal sealed class ByteSource(Stream stream, string name) : IDisposable
{
    /// <summary>The most that can be looked at in one piece.</summary>
    public const int Capacity = 1 << 18;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Capacity);
    private int _start;
    private int _end;
    private bool _ended;

    public string Name => name;

    public Stream Stream => stream;

    /// <summary>Gets the place of the next byte, from the beginning of the stream.</summary>
    public long Offset { get; private set; }

    /// <summary>Gets the number of bytes that are buffered.</summary>
    public int Buffered => _end - _start;

    /// <summary>
    /// Returns all that is buffered, after reading until that is at least the given number of bytes: fewer at the end
    /// alone.
    /// </summary>
    public ReadOnlySpan<byte> Fill(int atLeast)
    {
        if (Buffered < atLeast && !_ended)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, Buffered);
            (_start, _end) = (0, Buffered);
            while (_end < atLeast && !_ended)
            {
                int read = stream.Read(_buffer, _end, Capacity - _end);
                _ended = read == 0;
                _end += read;
            }
        }
        return _buffer.AsSpan(_start, Buffered);
    }

    public void Advance(int count)
    {
        _start += count;
        Offset += count;
    }

    /// <summary>Passes over bytes; returns fewer at the end of the file.</summary>
    public long Skip(long count)
    {
        long left = count;
        while (left > 0 && Fill(1).Length > 0)
        {
            int step = (int)Math.Min(left, Buffered);
            Advance(step);
            left -= step;
        }
        return count - left;
    }

    /// <summary>Copies the next bytes; returns fewer at the end of the file.</summary>
    public int Read(Span<byte> target)
    {
        int count = Math.Min(target.Length, Fill(1).Length);
        _buffer.AsSpan(_start, count).CopyTo(target);
        Advance(count);
        return count;
    }

    /// <summary>The exception for a fault at that distance from the next byte.</summary>
    public EventFormatException Fault(string sentence, int distance = 0, Exception? inner = null) =>
        new(Invariant($"{name}, byte {Offset + distance}: {sentence}"), Offset + distance, inner);

    public void Dispose()
    {
        stream.Dispose();
        byte[] buffer = _buffer;
        (_buffer, _start, _end, _ended) = ([], 0, 0, true);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
