namespace Microsoft.ML.Spiking.Tool;

/// <summary>Suggestions for a mistyped name.</summary>
internal static class Nearest
{
    private const int Most = 3;

    /// <summary>Returns up to three names, the nearest first; those that have little in common are left out.</summary>
    public static IReadOnlyList<string> To(string name, IEnumerable<string> names) =>
    [
        .. names.Distinct(StringComparer.Ordinal)
            .Select(other => (Name: other, Distance: Distance(name.ToUpperInvariant(), other.ToUpperInvariant())))
            .Where(other => other.Distance <= Math.Max(2, Math.Max(name.Length, other.Name.Length) / 2))
            .OrderBy(other => other.Distance).ThenBy(other => other.Name, StringComparer.Ordinal)
            .Take(Most).Select(other => other.Name),
    ];

    /// <summary>Returns a half sentence that names the nearest, else all (at most ten).</summary>
    /// <param name="name">The name that is not there.</param>
    /// <param name="names">Those that are.</param>
    public static string Hint(string name, IReadOnlyCollection<string> names)
    {
        IReadOnlyList<string> nearest = To(name, names);
        return nearest.Count > 0 ? $"nearest: {string.Join(", ", nearest)}"
            : names.Count == 0 ? "there are none"
            : $"there are: {string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", ..." : "")}";
    }

    /// <summary>The number of characters to insert, delete or replace (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int change = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
