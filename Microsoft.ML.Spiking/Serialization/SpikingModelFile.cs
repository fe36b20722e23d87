using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A check of a model's zip before ML.NET loads it, for files that may be damaged or come from strangers. ML.NET
/// verifies neither the zip's checksums nor its sizes, and its own readers may run without end over a damaged entry.
/// </summary>
/// <example>
/// <code>
/// using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
/// SpikingModelFile.Check(stream, cancellationToken: limit.Token);
/// ITransformer model = mlContext.Model.Load(stream, out DataViewSchema schema);
/// </code>
/// </example>
public static class SpikingModelFile
{
    /// <summary>Checks a model's zip.</summary>
    /// <remarks>
    /// Reads every entry once and keeps little in memory. Checked are the zip's structure; each entry's length, ratio
    /// of compression and CRC-32; and of each spiking network its checksums, that its definition is one that can be
    /// scored, and that its weights fit. What ML.NET's own transforms make of entries that are whole is not checked.
    /// </remarks>
    /// <param name="stream">
    /// The whole zip; must be seekable. It stays open, and stands where it stood before when the check returns.
    /// </param>
    /// <param name="limits">The largest file that is accepted; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the check, such as after a time.</param>
    /// <exception cref="FormatException">The file is damaged or too large; the message is one sentence.</exception>
    /// <exception cref="ArgumentException">The stream is not seekable.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Check(
        Stream stream, ModelFileLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            throw new ArgumentException("The stream is not seekable; copy it into a file or into memory.",
                nameof(stream));
        }
        long position = stream.Position;
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            new ZipCheck(archive, limits ?? new(), cancellationToken).Run();
        }
        catch (InvalidDataException exception)
        {
            throw new FormatException(
                $"The file is not a zip, or is damaged: {Quotation.OfSentence(exception.Message)}", exception);
        }
        finally
        {
            stream.Position = position;
        }
    }
}

/// <summary>The largest model file that <see cref="SpikingModelFile"/> accepts.</summary>
public sealed class ModelFileLimits
{
    /// <summary>Gets or sets the most entries of the zip; at least 1. Default 10,000.</summary>
    public int MaximumEntries { get; init; } = 10_000;

    /// <summary>Gets or sets the most bytes of all entries, uncompressed; at least 1. Default 4 GiB.</summary>
    public long MaximumBytes { get; init; } = 4L << 30;

    /// <summary>
    /// Gets or sets how many times longer than its compressed bytes an entry of more than 1 MiB may be; greater than 0.
    /// Trained weights hardly shrink, text about ten times. Default 100.
    /// </summary>
    public double MaximumRatio { get; init; } = 100;
}

/// <summary>One check of a zip.</summary>
internal sealed class ZipCheck(ZipArchive archive, ModelFileLimits limits, CancellationToken cancellationToken)
{
    private const int SmallEntry = 1 << 20;

    private readonly Dictionary<string, CheckedEntry> _entries = new(StringComparer.Ordinal);
    private readonly byte[] _chunk = new byte[1 << 16];
    private long _bytes;

    /// <summary>Runs it.</summary>
    /// <exception cref="FormatException">The file is damaged or too large.</exception>
    public void Run()
    {
        if (archive.Entries.Count > limits.MaximumEntries)
        {
            throw new FormatException(Invariant($"The file has {archive.Entries.Count:N0} entries; at most ") +
                Invariant($"{limits.MaximumEntries:N0} are accepted."));
        }
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            // ML.NET takes both separators for one.
            string path = entry.FullName.Replace('\\', '/');
            if (path.Split('/').Contains("..") || !_entries.TryAdd(path, Read(entry)))
            {
                throw new FormatException(
                    $"The file's entry '{Quotation.Of(path)}' leads out of the file, or is there twice.");
            }
        }
        foreach ((string path, CheckedEntry entry) in _entries)
        {
            if (path.EndsWith($"/{MainStream.Name}", StringComparison.Ordinal) || path == MainStream.Name)
            {
                CheckModel(path[..^MainStream.Name.Length], MainStream.Of(entry.Start));
            }
        }
    }

    /// <summary>Reads an entry to its end.</summary>
    private CheckedEntry Read(ZipArchiveEntry entry)
    {
        string name = Quotation.Of(entry.FullName);
        if (entry.Length > SmallEntry && entry.Length > limits.MaximumRatio * Math.Max(entry.CompressedLength, 1))
        {
            throw new FormatException(Invariant($"The file's entry '{name}' grows from {entry.CompressedLength:N0} ") +
                Invariant($"to {entry.Length:N0} bytes; at most {limits.MaximumRatio} times as many are accepted."));
        }
        using Stream stream = entry.Open();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc = new Crc32();
        using var start = new MemoryStream();
        long length = 0;
        int read;
        while ((read = stream.Read(_chunk)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            length += read;
            _bytes += read;
            if (_bytes > limits.MaximumBytes)
            {
                throw new FormatException(Invariant($"The file holds more than {limits.MaximumBytes:N0} bytes ") +
                    $"uncompressed, which is the limit, in its entry '{name}' and those before it.");
            }
            ReadOnlySpan<byte> bytes = _chunk.AsSpan(0, read);
            crc.Append(bytes);
            hash.AppendData(bytes);
            if (start.Length < SmallEntry)
            {
                start.Write(bytes);
            }
        }
        return length == entry.Length && crc.Value == entry.Crc32
            ? new(entry, hash.GetHashAndReset(), start.ToArray())
            : throw new FormatException(
                $"The file's entry '{name}' is damaged: its CRC-32 or its length is not the one that was written.");
    }

    /// <summary>Checks the entries beside the main stream of a model, if it is one of this library.</summary>
    private void CheckModel(string folder, MainStream? main)
    {
        if (main is { Version: >= ModelFormat.VersionWithChecksums } transformer
            && main.Signature is ModelFormat.TransformerSignature or ModelFormat.BinaryTransformerSignature)
        {
            // The last but one, behind the column names.
            CheckChecksum(folder, ModelFormat.SchemaEntry,
                transformer.Checksum(transformer.Block.Length - (2 * ChecksumStream.ChecksumLength)));
        }
        if (main is { Signature: ModelFormat.ModelSignature } model)
        {
            CheckChecksum(folder, ModelFormat.DefinitionEntry, model.Checksum(0));
            CheckChecksum(folder, ModelFormat.WeightsEntry, model.Checksum(ChecksumStream.ChecksumLength));
            using Stream definition = _entries[folder + ModelFormat.DefinitionEntry].Entry.Open();
            NetworkDefinition network = DefinitionJson.Read(definition);
            using Stream weights = _entries[folder + ModelFormat.WeightsEntry].Entry.Open();
            SafetensorsReader.Check(weights, network);
        }
    }

    private void CheckChecksum(string folder, string name, ReadOnlySpan<byte> checksum)
    {
        if (!_entries.TryGetValue(folder + name, out CheckedEntry? entry))
        {
            throw new FormatException($"The model has no entry '{name}'; the file is damaged.");
        }
        if (!checksum.SequenceEqual(entry.Sha256))
        {
            throw ModelFormat.Changed(name);
        }
    }

    /// <summary>An entry whose length and CRC are right.</summary>
    /// <param name="Entry">In the zip.</param>
    /// <param name="Sha256">Of its bytes.</param>
    /// <param name="Start">Its first bytes; all of a small one.</param>
    private sealed record CheckedEntry(ZipArchiveEntry Entry, byte[] Sha256, byte[] Start);
}
