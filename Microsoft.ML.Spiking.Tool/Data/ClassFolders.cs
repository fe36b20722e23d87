namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>A folder of class folders, each with the files of a class; or files without classes.</summary>
internal static class ClassFolders
{
    /// <summary>Returns the files and their classes, both in the order of their names.</summary>
    /// <param name="path">
    /// The folder of class folders; where classes are not needed, also a file or a folder of files.
    /// </param>
    /// <param name="endings">The endings of the files, such as ".png".</param>
    /// <param name="what">What the files are, for messages.</param>
    /// <param name="needsClasses">Whether files without a class are an error.</param>
    /// <exception cref="ToolException">There are no such files, or a class folder has none.</exception>
    public static IReadOnlyList<(string File, string Class)> Read(
        string path, IReadOnlyCollection<string> endings, string what, bool needsClasses)
    {
        (string Name, string[] Files)[] classes = Directory.Exists(path) ? [.. Folders(path)
            .Select(folder => (Path.GetFileName(folder), Files(folder, endings)))] : [];
        if (classes.Any(found => found.Files.Length > 0))
        {
            string? empty = classes.FirstOrDefault(found => found.Files.Length == 0).Name;
            return empty is null
                ? [.. classes.SelectMany(found => found.Files.Select(file => (file, found.Name)))]
                : throw ToolException.Usage($"'{Path.Combine(path, empty)}' has no {what} " +
                    $"({string.Join(", ", endings)}); put some in, or remove the folder.");
        }
        string[] files = Directory.Exists(path) ? Files(path, endings) : File.Exists(path) ? [path] : [];
        if (files.Length == 0)
        {
            throw ToolException.Usage($"'{path}' has no {what} ({string.Join(", ", endings)}), neither in it nor in " +
                "folders of classes.");
        }
        return !needsClasses
            ? [.. files.Select(file => (file, ""))]
            : throw ToolException.Usage($"'{path}' has no class folders; put the {what} of each class into a folder " +
                "that is named after it.");
    }

    /// <summary>Returns whether a path is such a file, or a folder that has some, in it or one deeper.</summary>
    public static bool Has(string path, IReadOnlyCollection<string> endings) => Directory.Exists(path)
        ? Files(path, endings).Length > 0 || Folders(path).Any(folder => Files(folder, endings).Length > 0)
        : Is(path, endings);

    private static IEnumerable<string> Folders(string path) => Directory.EnumerateDirectories(path)
        .Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal);

    private static string[] Files(string folder, IReadOnlyCollection<string> endings) =>
        [.. Directory.EnumerateFiles(folder).Where(file => Is(file, endings)).Order(StringComparer.Ordinal)];

    private static bool Is(string file, IReadOnlyCollection<string> endings) =>
        endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
