using System.IO.Compression;
using System.Security.Cryptography;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>Reads and alters saved models.</summary>
internal static class ModelZip
{
    public const string Definition = "Network.json";
    public const string Weights = "Weights.safetensors";

    /// <summary>Returns the content of the entry whose path ends so.</summary>
    public static byte[] Entry(byte[] zip, string name)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return Read(Find(archive, name));
    }

    private static ZipArchiveEntry Find(ZipArchive archive, string name) =>
        archive.Entries.Single(entry => entry.FullName.EndsWith(name, StringComparison.Ordinal));

    /// <summary>Returns the content of the entry.</summary>
    public static byte[] Read(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Returns the zip with the given content for the entry; without the entry if it is null.</summary>
    public static byte[] With(byte[] zip, string name, byte[]? content)
    {
        using var stream = new MemoryStream();
        stream.Write(zip);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            ZipArchiveEntry entry = Find(archive, name);
            string path = entry.FullName;
            entry.Delete();
            if (content is not null)
            {
                using Stream target = archive.CreateEntry(path).Open();
                target.Write(content);
            }
        }
        return stream.ToArray();
    }

    /// <summary>Replaces both entries and updates their checksums.</summary>
    public static byte[] WithChecksums(byte[] zip, byte[] definition, byte[] weights)
    {
        byte[] main = Entry(zip, "Model/Model.key");
        Replace(main, SHA256.HashData(Entry(zip, Definition)),
            SHA256.HashData(definition));
        Replace(main, SHA256.HashData(Entry(zip, Weights)),
            SHA256.HashData(weights));
        return With(With(With(zip, "Model/Model.key", main), Definition, definition), Weights, weights);
    }

    private static void Replace(byte[] bytes, byte[] before, byte[] after)
    {
        int position = bytes.AsSpan().IndexOf(before);
        Assert.IsGreaterThanOrEqualTo(0, position);
        after.CopyTo(bytes, position);
    }
}
