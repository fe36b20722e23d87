namespace ImageClassification;

/// <summary>Reads a folder of class folders: each is a class, and its images are examples of the class.</summary>
internal static class ClassFolders
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];

    /// <summary>Returns the images of each class; classes and files are in the order of their names.</summary>
    /// <param name="folder">Where the class folders are.</param>
    /// <exception cref="UsageException">There are fewer than two class folders, or one has no images.</exception>
    public static IReadOnlyList<(string Name, string[] Files)> Read(string folder)
    {
        (string Name, string[] Files)[] classes =
        [
            .. Directory.EnumerateDirectories(folder)
                .Select(path => (Name: Path.GetFileName(path), Path: path))
                .Where(found => !found.Name.StartsWith('.'))
                .OrderBy(found => found.Name, StringComparer.Ordinal)
                .Select(found => (found.Name, Images(found.Path))),
        ];
        if (classes.Length < 2)
        {
            throw new UsageException(
                $"'{folder}' has {(classes.Length == 0 ? "no class folders" : "one class folder")}; " +
                "it needs a folder of images for each of at least two classes.");
        }
        string? empty = classes.FirstOrDefault(found => found.Files.Length == 0).Name;
        return empty is null
            ? classes
            : throw new UsageException(
                $"'{Path.Combine(folder, empty)}' has no images ({string.Join(", ", Extensions)}); " +
                "put some in, or remove the folder.");
    }

    private static string[] Images(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal),
    ];
}
