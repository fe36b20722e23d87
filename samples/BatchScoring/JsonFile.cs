using System.Text.Json;

namespace BatchScoring;

/// <summary>
/// Small files that are whole at every moment: written under another name, forced to the disk, renamed.
/// </summary>
internal static class JsonFile
{
    /// <summary>Returns the name under which a file is written.</summary>
    public static string TemporaryOf(string path) => path + ".tmp";

    /// <summary>Returns what a file holds; null if it does not hold such a thing.</summary>
    public static T? Read<T>(string path)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static void Write<T>(string path, T value)
    {
        using (var stream = new FileStream(TemporaryOf(path), FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, value);
            stream.Flush(flushToDisk: true);
        }
        File.Move(TemporaryOf(path), path, overwrite: true);
    }
}
