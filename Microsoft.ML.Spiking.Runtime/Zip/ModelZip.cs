using System.IO.Compression;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Runtime.Zip;

/// <summary>A model's zip, of which the network and the names of its classes are read.</summary>
/// <param name="archive">The zip.</param>
internal sealed class ModelZip(ZipArchive archive)
{
    // Of parts that are read whole before they are understood, such as a transformer's own bytes.
    private const int LargestMainStream = 1 << 20;

    /// <summary>Reads the network.</summary>
    /// <param name="ignoresTransforms">Whether transforms before it do not matter.</param>
    /// <exception cref="FormatException">It is damaged, or there is none, or several.</exception>
    /// <exception cref="NotSupportedException">There are transforms before it.</exception>
    public StoredModel Read(bool ignoresTransforms)
    {
        string folder = NetworkFolder();
        if (!ignoresTransforms)
        {
            CheckTransforms(folder);
        }
        (NetworkDefinition network, EarlyExit? exit) = Read(
            folder + ModelFormat.DefinitionEntry, (stream, _) => DefinitionJson.ReadModel(stream));
        NetworkWeights weights = Read(
            folder + ModelFormat.WeightsEntry, (stream, length) => SafetensorsReader.Read(stream, network, length));
        return new(network, weights, exit, Labels(Parent(folder), network.ClassCount));
    }

    private string NetworkFolder()
    {
        string[] folders =
        [
            .. archive.Entries.Select(Path)
                .Where(path => path.EndsWith("/" + ModelFormat.DefinitionEntry, StringComparison.Ordinal))
                .Select(path => path[..^ModelFormat.DefinitionEntry.Length]),
        ];
        return folders switch
        {
            [string one] => one,
            [] => throw new FormatException(
                "The file has no spiking network; it must be a model that ML.NET saved with one."),
            _ => throw new FormatException(Invariant($"The file has {folders.Length:N0} spiking networks; ") +
                "only a model with one can be scored here."),
        };
    }

    /// <summary>Refuses transforms that stand before the network, in its chain or in one around it.</summary>
    private void CheckTransforms(string networkFolder)
    {
        var names = new List<string>();
        string refused = "/";
        foreach (string folder in archive.Entries.Select(Path).Where(path => IsBefore(path, networkFolder))
            .Select(path => path[..^MainStream.Name.Length]).Order(StringComparer.Ordinal))
        {
            // Parts of one that is refused are not named for themselves.
            if (!folder.StartsWith(refused, StringComparison.Ordinal)
                && PrecedingTransform.NameOf(MainStreamOf(folder + MainStream.Name)?.Signature) is string name)
            {
                refused = folder;
                names.Add(name);
            }
        }
        if (names.Count > 0)
        {
            throw new NotSupportedException("The model has transforms before its network, which this package does " +
                $"not run: {string.Join(", ", names.Distinct())}; give rows that have gone through them, as the " +
                "trainer saw them, and say so (ignoreTransforms: true), or train without them: the network " +
                "normalizes its input itself.");
        }
    }

    /// <summary>Returns whether a path is the main stream of a transform before the network.</summary>
    private static bool IsBefore(string path, string networkFolder)
    {
        if (!path.EndsWith("/" + MainStream.Name, StringComparison.Ordinal))
        {
            return false;
        }
        string folder = path[..^MainStream.Name.Length];
        string name = folder.TrimEnd('/');
        return name[(name.LastIndexOf('/') + 1)..].StartsWith("Transform_", StringComparison.Ordinal)
            && string.CompareOrdinal(folder, networkFolder) < 0
            && !networkFolder.StartsWith(folder, StringComparison.Ordinal);
    }

    private string[] Labels(string folder, int classCount)
    {
        if (MainStreamOf(folder + MainStream.Name)?.Signature == ModelFormat.BinaryTransformerSignature)
        {
            return ["false", "true"];
        }
        int limit = ModelFormat.LargestSchema(classCount);
        byte[] schema = Read(folder + ModelFormat.SchemaEntry, (stream, _) =>
            BoundedReading.ReadToEnd(stream, limit, $"The model's entry '{ModelFormat.SchemaEntry}'"));
        string[] labels = TrainedLabels.Read(schema, limit)
            ?? [.. Enumerable.Range(1, classCount).Select(i => Invariant($"{i}"))];
        return labels.Length == classCount ? labels
            : throw new FormatException(Invariant($"The label has {labels.Length:N0} values and the network ") +
                Invariant($"{classCount:N0} classes; the file is damaged."));
    }

    private MainStream? MainStreamOf(string path) => MainStream.Of(
        Read(path, (stream, _) => BoundedReading.ReadToEnd(stream, LargestMainStream, $"The file's entry '{path}'")));

    /// <summary>Reads an entry to its end, whose length and CRC-32 must be those that were written.</summary>
    private T Read<T>(string path, Func<Stream, long, T> read)
    {
        ZipArchiveEntry entry = archive.Entries.FirstOrDefault(entry => Path(entry) == path)
            ?? throw new FormatException($"The model has no entry '{Quotation.Of(path)}'; the file is damaged.");
        using var stream = new CheckedStream(entry.Open());
        T content = read(stream, entry.Length);
        return stream.ReadToEnd() == entry.Length && stream.Crc == entry.Crc32
            ? content
            : throw new FormatException($"The file's entry '{Quotation.Of(path)}' is damaged: its CRC-32 or its " +
                "length is not the one that was written.");
    }

    private static string Parent(string folder)
    {
        string name = folder.TrimEnd('/');
        return name[..(name.LastIndexOf('/') + 1)];
    }

    // ML.NET takes both separators for one.
    private static string Path(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/');
}

/// <summary>A network read from a model's zip.</summary>
/// <param name="Network">The definition.</param>
/// <param name="Weights">Its arrays.</param>
/// <param name="Exit">When the scoring of a row ends early; null for never.</param>
/// <param name="Labels">The names of the classes.</param>
internal sealed record StoredModel(
    NetworkDefinition Network, NetworkWeights Weights, EarlyExit? Exit, IReadOnlyList<string> Labels);
