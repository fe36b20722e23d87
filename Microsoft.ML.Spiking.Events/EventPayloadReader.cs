using System.Buffers.Binary;
using Microsoft.ML.Spiking.Events.Formats.Plain;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// A reader of the Event Stream files that hold something other than changes of brightness: bytes with a time, or
/// colors of pixels.
/// </summary>
public sealed class EventPayloadReader : IDisposable
{
    private const int LargestPayload = 1 << 24;
    private const byte Overflow = 0xFF;
    private const byte Reset = 0xFE;
    private const int OverflowMicroseconds = 254;
    private const int ColorSize = 8;

    private readonly ByteSource _source;
    private readonly EventStreamHeader _header;
    private byte[] _payload = new byte[256];

    private EventPayloadReader(ByteSource source)
    {
        _source = source;
        _header = EventStreamHeader.Read(source);
        if (_header.Kind is EventStreamKind.Dvs or EventStreamKind.Atis)
        {
            throw source.Fault($"The Event Stream file holds changes of brightness; read it with " +
                $"{nameof(EventReader)}.");
        }
    }

    /// <summary>Gets the sensor's width; 0 where bytes are read.</summary>
    public int Width => _header.Width;

    /// <summary>Gets the sensor's height; 0 where bytes are read.</summary>
    public int Height => _header.Height;

    /// <summary>Gets the time of the current event, in microseconds.</summary>
    public long Time { get; private set; }

    /// <summary>Gets the column of the current event's pixel; 0 where bytes are read.</summary>
    public int X { get; private set; }

    /// <summary>Gets the row of the current event's pixel, from the top; 0 where bytes are read.</summary>
    public int Y { get; private set; }

    /// <summary>Gets what the current event holds: its bytes, or red, green and blue.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>Gets the bytes at the end of the file that are less than a whole event.</summary>
    public long TruncatedBytes { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="EventFormatException">The file has another format; the message says why.</exception>
    public static EventPayloadReader Open(string path) => OpenStream(File.OpenRead(path), path);

    /// <summary>Reads from a stream, which is disposed with the reader.</summary>
    /// <param name="stream">It need not be seekable.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="EventFormatException">The file has another format; the message says why.</exception>
    public static EventPayloadReader OpenStream(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var source = new ByteSource(stream, name);
        try
        {
            return new EventPayloadReader(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next event; false at the end.</summary>
    /// <exception cref="EventFormatException">A payload has more than 16 MiB.</exception>
    public bool Read()
    {
        while (true)
        {
            ReadOnlySpan<byte> first = _source.Fill(1);
            if (first.IsEmpty)
            {
                return false;
            }
            if (first[0] is Overflow or Reset)
            {
                Time += first[0] == Overflow ? OverflowMicroseconds : 0;
                _source.Advance(1);
                continue;
            }
            return _header.Kind == EventStreamKind.Color ? ReadColor() : ReadBytes();
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _source.Dispose();

    private bool ReadColor()
    {
        ReadOnlySpan<byte> bytes = _source.Fill(ColorSize);
        if (bytes.Length < ColorSize)
        {
            return Truncated(bytes.Length);
        }
        Time += bytes[0];
        X = BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]);
        Y = _header.Height - 1 - BinaryPrimitives.ReadUInt16LittleEndian(bytes[3..]);
        if (X >= _header.Width || Y < 0)
        {
            throw _source.Fault($"A pixel lies outside the sensor of {_header.Width}x{_header.Height}; the file is " +
                "damaged.");
        }
        bytes[5..ColorSize].CopyTo(_payload);
        Payload = _payload.AsMemory(0, ColorSize - 5);
        _source.Advance(ColorSize);
        return true;
    }

    // The length comes in groups of 7 bits, the lowest first; the lowest bit of each byte says whether another follows.
    private bool ReadBytes()
    {
        const int LongestHead = 6;
        ReadOnlySpan<byte> head = _source.Fill(LongestHead);
        long length = 0;
        int used = 1;
        bool isMore = true;
        for (; isMore && used < Math.Min(head.Length, LongestHead); used++)
        {
            length |= (long)(head[used] >> 1) << (7 * (used - 1));
            isMore = (head[used] & 1) != 0;
        }
        if (isMore && head.Length < LongestHead)
        {
            return Truncated(head.Length);
        }
        if (isMore || length > LargestPayload)
        {
            throw _source.Fault("An event says that it has more than 16 MiB; the file is damaged.", distance: 1);
        }
        byte elapsed = head[0];
        _source.Advance(used);
        int read = 0;
        while (read < length)
        {
            if (read == _payload.Length)
            {
                Array.Resize(ref _payload, read * 2);
            }
            int count = _source.Read(_payload.AsSpan(read, (int)Math.Min(length, _payload.Length) - read));
            if (count == 0)
            {
                TruncatedBytes = used + read;
                return false;
            }
            read += count;
        }
        Time += elapsed;
        Payload = _payload.AsMemory(0, read);
        return true;
    }

    private bool Truncated(int bytes)
    {
        TruncatedBytes = bytes;
        _source.Advance(bytes);
        return false;
    }
}
