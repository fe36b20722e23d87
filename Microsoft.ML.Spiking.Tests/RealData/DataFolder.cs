namespace Microsoft.ML.Spiking.Tests.RealData;

/// <summary>
/// The folder of real data: the one named in SPIKING_DATA, else "shared/data" beside the repository. Tests are skipped
/// if it, or a file in it, does not exist.
/// </summary>
internal static class DataFolder
{
    private const string Variable = "SPIKING_DATA";

    /// <summary>Returns the path of that file; skips the test if it does not exist.</summary>
    public static string Require(string file)
    {
        string? folder = Find();
        if (folder is null)
        {
            Assert.Inconclusive($"There is no folder of real data: set {Variable}, or put it at ../shared/data.");
        }
        string path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            Assert.Inconclusive($"'{file}' is not in the folder of real data.");
        }
        return path;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : null;
        }
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", "data");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }
        return null;
    }
}
