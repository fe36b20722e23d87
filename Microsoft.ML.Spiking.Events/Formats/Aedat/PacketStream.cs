using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Aedat;

/// <summary>The next bytes of a file as a stream of their own.</summary>
internal sealed class PacketStream(ByteSource source, int size) : Stream
{
    public int Left { get; private set; } = size;

    /// <summary>Gets whether the file ended before the packet did.</summary>
    public bool IsTruncated { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (Left == 0 || buffer.IsEmpty)
        {
            return 0;
        }
        int read = source.Read(buffer[..Math.Min(buffer.Length, Left)]);
        IsTruncated |= read == 0;
        Left -= read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
