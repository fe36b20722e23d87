using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Data.IO;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>
/// The training schema in ML.NET's zip: an empty data view in ML.NET's binary format, whose reader trusts what it
/// reads. Its SHA-256 and that of the column names are kept in the transformer's main stream and verified before it is
/// parsed.
/// </summary>
internal static class SchemaArchive
{
    /// <summary>Writes the schema and returns its SHA-256.</summary>
    public static byte[] Save(ModelSaveContext context, IHost host, DataViewSchema schema)
    {
        byte[] bytes = Write(host, schema);
        context.SaveBinaryStream(ModelFormat.SchemaEntry, writer => writer.Write(bytes));
        return SHA256.HashData(bytes);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="context">Of the transformer.</param>
    /// <param name="host">Of the transformer.</param>
    /// <param name="checksum">Null for a model of a version that kept none.</param>
    /// <param name="classCount">Bounds the length.</param>
    /// <exception cref="FormatException">The entry is missing, too long, or not what was written.</exception>
    public static DataViewSchema Load(ModelLoadContext context, IHost host, byte[]? checksum, int classCount)
    {
        byte[]? bytes = null;
        context.TryLoadBinaryStream(ModelFormat.SchemaEntry, reader => bytes = Read(reader.BaseStream, classCount));
        if (bytes is null)
        {
            throw new FormatException($"The model lacks the entry '{ModelFormat.SchemaEntry}'; the file is damaged.");
        }
        if (checksum is not null && !SHA256.HashData(bytes).AsSpan().SequenceEqual(checksum))
        {
            throw ModelFormat.Changed(ModelFormat.SchemaEntry);
        }
        // The loader keeps its stream.
        return new BinaryLoader(host, new BinaryLoader.Arguments(), new MemoryStream(bytes, writable: false)).Schema;
    }

    /// <summary>Returns the SHA-256 of column names: each as UTF-8 with its length before it.</summary>
    public static byte[] ChecksumOf(params IEnumerable<string> names)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            foreach (string name in names)
            {
                writer.Write(name);
            }
        }
        return SHA256.HashData(bytes.ToArray());
    }

    private static byte[] Write(IHost host, DataViewSchema schema)
    {
        using IChannel channel = host.Start("Saving train schema");
        using var bytes = new MemoryStream();
        var saver = new BinarySaver(host, new BinarySaver.Arguments { Silent = true });
        DataSaverUtils.SaveDataView(channel, saver, new EmptyDataView(host, schema), bytes);
        return bytes.ToArray();
    }

    private static byte[] Read(Stream stream, int classCount)
    {
        int limit = ModelFormat.LargestSchema(classCount);
        if (stream.CanSeek && stream.Length > limit)
        {
            throw new FormatException($"The model's entry '{ModelFormat.SchemaEntry}' has " +
                Invariant($"{stream.Length:N0} bytes; at most {limit:N0} are possible with {classCount:N0} classes. ") +
                "The file is damaged.");
        }
        return BoundedReading.ReadToEnd(stream, limit, $"The model's entry '{ModelFormat.SchemaEntry}'");
    }
}
