using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Spiking.Events.Writing;

/// <summary>A format's way from events to bytes, through one buffer.</summary>
internal abstract class EventEncoder(Stream stream)
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _length;

    /// <summary>Gets the most microseconds between events that are written in reasonable space.</summary>
    public abstract long LongestGap { get; }

    /// <summary>Writes events that have been checked.</summary>
    public abstract void Add(ReadOnlySpan<Event> events);

    public void Flush()
    {
        stream.Write(_buffer, 0, _length);
        _length = 0;
        stream.Flush();
    }

    protected void Put(string text)
    {
        foreach (byte letter in Encoding.ASCII.GetBytes(text))
        {
            Put(letter);
        }
    }

    protected void Put(byte value) => Room(1)[0] = value;

    protected void Put(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);

    protected void Put(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);

    private Span<byte> Room(int size)
    {
        if (_length + size > _buffer.Length)
        {
            stream.Write(_buffer, 0, _length);
            _length = 0;
        }
        _length += size;
        return _buffer.AsSpan(_length - size, size);
    }
}
