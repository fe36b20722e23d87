using System.IO.Compression;
using System.Text.Json;
using SharpCompress.Readers;

namespace Microsoft.ML.Spiking.Events.Tests;

/// <summary>
/// The folder of real recordings: the one named in SPIKING_EVENTS, else "shared/events" beside the repository. Tests
/// are skipped if it, or a file in it, does not exist.
/// </summary>
internal static class EventFiles
{
    private const string Variable = "SPIKING_EVENTS";

    private static readonly Dictionary<string, Dictionary<string, byte[]>> Archives = [];

    /// <summary>Gets the expected values of all files.</summary>
    public static JsonElement Expected => JsonDocument.Parse(File.ReadAllBytes(Require("expected.json"))).RootElement;

    /// <summary>Returns the path of that file; skips the test if it does not exist.</summary>
    public static string Require(string file)
    {
        string? folder = Find();
        if (folder is null)
        {
            Assert.Inconclusive($"There is no folder of recordings: set {Variable}, or put it at ../shared/events.");
        }
        string path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            Assert.Inconclusive($"'{file}' is not in the folder of recordings.");
        }
        return path;
    }

    /// <summary>Returns the content of a file, unpacked; "a.tar.xz:b" is the entry b of the archive a.</summary>
    public static byte[] Read(string name)
    {
        if (name.Split(':') is [string archive, string entry])
        {
            return Entries(archive)[entry];
        }
        string? folder = Find();
        bool isPacked = folder is not null && !File.Exists(Path.Combine(folder, name));
        string path = Require(isPacked ? name + ".gz" : name);
        if (!isPacked)
        {
            return File.ReadAllBytes(path);
        }
        using var source = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var copy = new MemoryStream();
        source.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Returns all files of an archive, by name.</summary>
    public static Dictionary<string, byte[]> Entries(string archive)
    {
        if (!Archives.TryGetValue(archive, out Dictionary<string, byte[]>? entries))
        {
            entries = [];
            using FileStream file = File.OpenRead(Require(archive));
            using IReader reader = ReaderFactory.OpenReader(file);
            while (reader.MoveToNextEntry())
            {
                if (!reader.Entry.IsDirectory)
                {
                    using var copy = new MemoryStream();
                    reader.WriteEntryTo(copy);
                    entries[Path.GetFileName(reader.Entry.Key!)] = copy.ToArray();
                }
            }
            Archives[archive] = entries;
        }
        return entries;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : null;
        }
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", "events");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }
        return null;
    }
}
