using System.Buffers.Binary;
using System.Security.Cryptography;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;
using Samples;

namespace BatchScoring;

/// <summary>
/// Rows as Parquet. Only the row groups of the partition and the columns of the features are read, one row group at a
/// time: once for their hash, and once to be scored.
/// </summary>
internal sealed class ParquetFile : IRowFile
{
    private const int TrailerBytes = 8; // the length of the table of contents, and PAR1

    private readonly string _path;
    private readonly bool _allowMissing;
    private readonly FileStamp _stamp;
    private readonly FeatureColumns _columns;
    private readonly long[] _groupEnds;

    /// <summary>Checks the columns, and takes the hash of those of the partition.</summary>
    /// <param name="arguments">The file, the columns that are features, and the partition.</param>
    /// <param name="model">The columns of the model.</param>
    /// <exception cref="UsageException">It is not Parquet, or does not fit the model.</exception>
    public ParquetFile(Arguments arguments, ModelSchema model)
    {
        (_path, _allowMissing, _stamp) = (arguments.Input, arguments.AllowMissing, FileStamp.Of(arguments.Input));
        string? option = arguments.Features is not null ? "--features" : arguments.Header ? "--header" : null;
        if (option is not null)
        {
            throw new UsageException($"{option} is for CSV; the columns of '{_path}' have names: say with --columns " +
                "which of them are features.");
        }
        using FileStream file = Open();
        ParquetReader reader = Readable(() => Reader(file));
        _columns = FeatureColumns.Of(
            reader.Schema, _path, arguments.Columns, model.FeatureColumn, model.FeatureCount);
        Features = string.Join(',', _columns.Fields.Select(field => field.Path.ToString()));
        _groupEnds = new long[reader.RowGroupCount];
        for (int i = 0; i < _groupEnds.Length; i++)
        {
            RowCount = _groupEnds[i] = RowCount + reader.RowGroups[i].RowCount;
        }
        RowRange range = arguments.Partition?.Of(RowCount) ?? new RowRange(0, RowCount);
        Sha256 = Readable(() => Hash(file, reader, range));
    }

    /// <inheritdoc/>
    public long RowCount { get; }

    /// <summary>Gets the SHA-256 of the table of contents and of the features in the partition's row groups.</summary>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public string Features { get; }

    /// <inheritdoc/>
    public UsageException? Fault { get; private set; }

    /// <inheritdoc/>
    public bool HasChanged { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<FeatureRow> Rows(RowRange range)
    {
        (Fault, HasChanged) = (null, false);
        using FileStream file = Open();
        if (Caught(() => Reader(file)) is not ParquetReader reader)
        {
            yield break;
        }
        for (int i = 0; i < _groupEnds.Length; i++)
        {
            var group = new RowRange(i == 0 ? 0 : _groupEnds[i - 1], _groupEnds[i]);
            long first = Math.Max(range.First, group.First), end = Math.Min(range.End, group.End);
            if (first >= end)
            {
                continue;
            }
            if (Caught(() => Read(reader, i)) is null)
            {
                yield break;
            }
            for (long row = first; row < end; row++)
            {
                if (Caught(() => Take((int)(row - group.First), row)) is not FeatureRow features)
                {
                    yield break;
                }
                yield return features;
            }
        }
        HasChanged = FileStamp.Of(_path) != _stamp;
    }

    /// <inheritdoc/>
    public string Place(long row) => $"Row {row:N0} of '{_path}', counted from 0,";

    private static ParquetReader Reader(FileStream file) => ParquetReader.CreateAsync(file).GetAwaiter().GetResult();

    private FileStream Open() => new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    private FeatureColumns Read(ParquetReader reader, int group)
    {
        using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
        _columns.Read(rows);
        return _columns;
    }

    private FeatureRow Take(int rowOfGroup, long row)
    {
        float[] values = new float[_columns.Width];
        string? wrong = _columns.Take(rowOfGroup, values, out bool isMissing);
        return wrong is null || (isMissing && _allowMissing)
            ? new FeatureRow { Features = values }
            : throw new UsageException($"Row {row:N0} of '{_path}', counted from 0: {wrong}.");
    }

    private string Hash(FileStream file, ParquetReader reader, RowRange range)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] trailer = new byte[TrailerBytes];
        file.Position = file.Length - TrailerBytes;
        file.ReadExactly(trailer);
        long contents = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        Append(hash, file, file.Length - TrailerBytes - contents, contents);
        for (int i = 0; i < _groupEnds.Length; i++)
        {
            if (_groupEnds[i] <= range.First || _groupEnds[i] - reader.RowGroups[i].RowCount >= range.End)
            {
                continue;
            }
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            foreach (DataField field in _columns.Fields)
            {
                ColumnMetaData column = group.GetMetadata(field)?.MetaData
                    ?? throw new InvalidDataException($"row group {i} has no column '{field.Path}'");
                long start = column.DictionaryPageOffset is > 0 and long dictionary
                    ? Math.Min(dictionary, column.DataPageOffset) : column.DataPageOffset;
                Append(hash, file, start, column.TotalCompressedSize);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, FileStream file, long start, long length)
    {
        if (start < 0 || length < 0 || start > file.Length - length)
        {
            throw new InvalidDataException("its table of contents names bytes that are not there");
        }
        byte[] buffer = new byte[1 << 16];
        file.Position = start;
        while (length > 0)
        {
            int count = (int)Math.Min(length, buffer.Length);
            file.ReadExactly(buffer, 0, count);
            hash.AppendData(buffer, 0, count);
            length -= count;
        }
    }

    private T? Caught<T>(Func<T> read)
        where T : class
    {
        try
        {
            return Readable(read);
        }
        catch (UsageException fault)
        {
            Fault = fault;
            return null;
        }
    }

    private T Readable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is not UsageException) // Parquet.Net throws many kinds
        {
            string reason = exception.GetBaseException().Message.TrimEnd('.');
            throw new UsageException($"'{_path}' is not Parquet that can be read here: {reason}.");
        }
    }
}
