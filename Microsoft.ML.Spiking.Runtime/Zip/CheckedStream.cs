using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Runtime.Zip;

/// <summary>Reads an entry of a zip and computes the CRC-32 of all that was read.</summary>
/// <param name="inner">The entry's bytes, uncompressed; closed with this.</param>
internal sealed class CheckedStream(Stream inner) : Stream
{
    private readonly Crc32 _crc = new();
    private long _length;

    /// <summary>Gets the CRC-32 of the bytes so far.</summary>
    public uint Crc => _crc.Value;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what is left; returns the number of all bytes.</summary>
    public long ReadToEnd()
    {
        Span<byte> rest = stackalloc byte[512];
        while (Read(rest) > 0)
        {
        }
        return _length;
    }

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        _crc.Append(buffer[..read]);
        _length += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
