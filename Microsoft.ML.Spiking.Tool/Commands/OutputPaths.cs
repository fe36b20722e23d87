using Microsoft.ML.Spiking.Tool.Data;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>A path of the command line, and what it is there.</summary>
/// <param name="Name">An option for what is written; for what is read, a noun such as "the data".</param>
/// <param name="Path">The path; null or blank where the command line has none.</param>
internal readonly record struct NamedPath(string Name, string? Path);

/// <summary>
/// What a command writes: nothing that it reads, and no file twice. Paths are compared behind links, without case where
/// the system's files have none.
/// </summary>
internal static class OutputPaths
{
    private static readonly StringComparison Comparison = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Checks a command line before anything is read or written.</summary>
    /// <exception cref="ToolException">An output would overwrite an input or another output.</exception>
    public static void Check(IEnumerable<NamedPath> outputs, IEnumerable<NamedPath> inputs)
    {
        NamedPath[] written = Given(outputs), read = Given(inputs);
        foreach ((string name, string? path) in written)
        {
            if (read.FirstOrDefault(input => Overwrites(path!, input.Path!)) is { Path: not null } lost)
            {
                throw ToolException.Usage($"{name} '{path}' would overwrite {lost.Name}; name another path.");
            }
        }
        for (int i = 0; i < written.Length; i++)
        {
            if (written[..i].FirstOrDefault(other => IsOne(other.Path!, written[i].Path!)) is { Path: not null } other)
            {
                throw ToolException.Usage(
                    $"{other.Name} and {written[i].Name} are both '{written[i].Path}'; name two paths.");
            }
        }
    }

    private static NamedPath[] Given(IEnumerable<NamedPath> paths) =>
        [.. paths.Where(path => !string.IsNullOrWhiteSpace(path.Path))];

    private static bool Overwrites(string output, string input) => Directory.Exists(input)
        ? File.Exists(output) && IsOfData(output, input)
            && Real(output).StartsWith(Real(input) + Path.DirectorySeparatorChar, Comparison)
        : IsOne(output, input);

    private static bool IsOfData(string file, string folder) => IdxSource.IsIdx(folder)
        ? Path.GetFileName(file).Contains("idx", StringComparison.OrdinalIgnoreCase)
        : ClassFolders.Has(file, [.. ImageFolderSource.Endings, .. EventFolderSource.Endings]);

    private static bool IsOne(string one, string other) => string.Equals(Real(one), Real(other), Comparison);

    // Links may lead through themselves; the system, too, follows at most 40.
    private static string Real(string path, int links = 40)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (links == 0 || Path.GetDirectoryName(full) is not string folder)
        {
            return full;
        }
        string here = Path.Combine(Real(folder, links), Path.GetFileName(full));
        FileSystemInfo? target = !Path.Exists(here) ? null : Directory.Exists(here)
            ? Directory.ResolveLinkTarget(here, returnFinalTarget: true)
            : File.ResolveLinkTarget(here, returnFinalTarget: true);
        return target is null ? here : Real(target.FullName, links - 1);
    }
}
