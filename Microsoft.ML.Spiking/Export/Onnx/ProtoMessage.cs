using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>
/// A message in the encoding of protocol buffers: fields, each a number and a value, in the order in which they are
/// added. Large values are kept, not copied, until the message is written.
/// </summary>
internal sealed class ProtoMessage
{
    private const int VarintType = 0, BytesType = 2, Fixed32Type = 5;
    private const int KeptFrom = 1 << 12;

    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly List<byte> _open = [];

    /// <summary>Gets the number of bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Adds an integer.</summary>
    public ProtoMessage Add(int field, long value)
    {
        Tag(field, VarintType);
        Varint(unchecked((ulong)value));
        return this;
    }

    /// <summary>Adds a text.</summary>
    public ProtoMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds bytes; they are not to be changed before the message is written.</summary>
    public ProtoMessage Add(int field, ReadOnlyMemory<byte> value)
    {
        Tag(field, BytesType);
        Varint((ulong)value.Length);
        Take(value);
        return this;
    }

    /// <summary>Adds a message, to which nothing may be added afterwards.</summary>
    public ProtoMessage Add(int field, ProtoMessage value)
    {
        Tag(field, BytesType);
        Varint((ulong)value.Length);
        value.Close();
        foreach (ReadOnlyMemory<byte> part in value._parts)
        {
            Take(part);
        }
        return this;
    }

    /// <summary>Adds a number of single precision.</summary>
    public ProtoMessage Add(int field, float value)
    {
        Tag(field, Fixed32Type);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        Write(bytes);
        return this;
    }

    /// <summary>Returns the bytes of numbers, the lowest byte first.</summary>
    public static byte[] Bytes<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            int size = bytes.Length / Math.Max(values.Length, 1);
            for (int at = 0; at < bytes.Length; at += size)
            {
                Array.Reverse(bytes, at, size);
            }
        }
        return bytes;
    }

    /// <summary>Writes the message.</summary>
    public void WriteTo(Stream stream)
    {
        Close();
        foreach (ReadOnlyMemory<byte> part in _parts)
        {
            stream.Write(part.Span);
        }
    }

    private void Tag(int field, int type) => Varint((ulong)((field << 3) | type));

    private void Varint(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        int count = 0;
        for (; value > 0x7F; value >>= 7)
        {
            bytes[count++] = (byte)(value | 0x80);
        }
        bytes[count++] = (byte)value;
        Write(bytes[..count]);
    }

    private void Take(ReadOnlyMemory<byte> value)
    {
        if (value.Length < KeptFrom)
        {
            Write(value.Span);
            return;
        }
        Close();
        _parts.Add(value);
        Length += value.Length;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _open.AddRange(bytes);
        Length += bytes.Length;
    }

    private void Close()
    {
        if (_open.Count > 0)
        {
            _parts.Add(_open.ToArray());
            _open.Clear();
        }
    }
}
