using System.Security.Cryptography;

namespace BatchScoring;

/// <summary>
/// The bytes of a CSV file. They are hashed as they are read, and a carriage return outside quotation marks that no
/// line feed follows is refused: readers of CSV disagree on whether it ends a line.
/// </summary>
internal sealed class InputStream : Stream
{
    private static readonly byte[] ByteOrderMark = [0xef, 0xbb, 0xbf];

    private readonly string _path;
    private readonly FileStream _file;
    private readonly byte _separator;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isQuoted, _endsWithReturn;

    /// <summary>Opens a file behind its byte order mark, if it has one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="separator">The separator of fields, for messages.</param>
    public InputStream(string path, byte separator)
    {
        (_path, _separator) = (path, separator);
        _file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16, FileOptions.SequentialScan);
        Span<byte> mark = stackalloc byte[ByteOrderMark.Length];
        int count = _file.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false);
        if (count == mark.Length && mark.SequenceEqual(ByteOrderMark))
        {
            _hash.AppendData(mark);
        }
        else
        {
            _file.Position = 0;
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Returns the hash of everything that was read; the next call begins anew.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <inheritdoc/>
    /// <exception cref="UsageException">A carriage return is not followed by a line feed.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = _file.Read(buffer);
        ReadOnlySpan<byte> bytes = buffer[..count];
        _hash.AppendData(bytes);
        Check(bytes, isEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Check(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        long start = _file.Position - bytes.Length;
        if (_endsWithReturn && (isEnd || bytes is [not (byte)'\n', ..]))
        {
            throw Fault(start);
        }
        _endsWithReturn &= bytes.IsEmpty;
        for (int at = 0, found; (found = bytes[at..].IndexOfAny((byte)'"', (byte)'\r')) >= 0; at += found + 1)
        {
            int here = at + found;
            if (bytes[here] == '"')
            {
                _isQuoted = !_isQuoted;
            }
            else if (!_isQuoted && here + 1 == bytes.Length)
            {
                _endsWithReturn = true;
            }
            else if (!_isQuoted && bytes[here + 1] != '\n')
            {
                throw Fault(start + here + 1);
            }
        }
    }

    /// <summary>Counts lines and fields up to a byte, which only this message needs.</summary>
    private UsageException Fault(long end)
    {
        long line = 1, field = 1;
        bool isQuoted = false;
        using FileStream file = File.OpenRead(_path);
        for (long at = 0; at < end && file.ReadByte() is int value and >= 0; at++)
        {
            isQuoted ^= value == '"';
            field += value == _separator && !isQuoted ? 1 : 0;
            (line, field) = value == '\n' ? (line + 1, 1) : (line, field);
        }
        return new UsageException(
            $"Line {line:N0} of '{_path}': behind field {field:N0} is a carriage return without a " +
            "line feed: end lines with a line feed, and quote fields that hold a carriage return.");
    }
}
