using System.Buffers.Binary;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Formats.Arrays;

/// <summary>
/// The stream that an HDF5 file is read from. Heaps in such files state their own sizes, and PureHDF allocates what
/// they state: so each heap is checked against the file's length as soon as its signature is read.
/// </summary>
/// <param name="inner">The file; it must seek.</param>
/// <param name="leaveOpen">Whether the file is left open.</param>
internal sealed class Hdf5Stream(Stream inner, bool leaveOpen) : Stream
{
    private const int SignatureSize = 4, LengthSize = 8, ObjectHeaderSize = 8 + LengthSize;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        if (count == SignatureSize)
        {
            if (buffer[..count].SequenceEqual("GCOL"u8))
            {
                CheckGlobalHeap();
            }
            else if (buffer[..count].SequenceEqual("HEAP"u8))
            {
                // version, 3 bytes reserved, size of the data
                CheckSize("A heap of names", Peek(inner.Position + 4, LengthSize), inner.Length);
            }
        }
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    // version, 3 bytes reserved, size; then objects: index (0 ends), references, 4 bytes reserved, size, data, padding.
    private void CheckGlobalHeap()
    {
        long at = inner.Position - SignatureSize;
        long size = Peek(inner.Position + 4, LengthSize);
        CheckSize("A global heap", size, inner.Length - at);
        long end = at + size;
        at += SignatureSize + 4 + LengthSize;
        while (end - at > ObjectHeaderSize && Peek(at, sizeof(ushort)) != 0)
        {
            long length = Peek(at + 8, LengthSize);
            CheckSize("An object of a global heap", length, end - at - ObjectHeaderSize);
            at += ObjectHeaderSize + ((length + 7) / 8 * 8);
        }
    }

    private static void CheckSize(string what, long size, long most)
    {
        if (size < 0 || size > most)
        {
            throw new InvalidDataException(Invariant($"{what} states a size of {(ulong)size} bytes, of which there ") +
                Invariant($"are {most}"));
        }
    }

    /// <summary>Returns a number in the file without moving on; 0 behind its end.</summary>
    private long Peek(long at, int bytes)
    {
        Span<byte> number = stackalloc byte[LengthSize];
        number.Clear();
        long position = inner.Position;
        inner.Position = at;
        inner.ReadAtLeast(number[..bytes], bytes, throwOnEndOfStream: false);
        inner.Position = position;
        return BinaryPrimitives.ReadInt64LittleEndian(number);
    }
}
