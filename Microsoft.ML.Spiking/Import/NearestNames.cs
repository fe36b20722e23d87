using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Import;

/// <summary>Names that are most like one that was not found, for its message.</summary>
internal static class NearestNames
{
    private const int Listed = 3, LongestCompared = 128, MostCompared = 10_000;

    /// <summary>Returns the nearest names, quoted.</summary>
    /// <param name="name">The name that is not among them.</param>
    /// <param name="names">The names that are there.</param>
    public static string Of(string name, IEnumerable<string> names)
    {
        string[] nearest =
        [
            .. names.Take(MostCompared).Select(other => (other, Distance: Distance(Cut(name), Cut(other))))
                .OrderBy(pair => pair.Distance).ThenBy(pair => pair.other, StringComparer.Ordinal)
                .Take(Listed).Select(pair => $"'{Quotation.Of(pair.other)}'"),
        ];
        return nearest.Length == 0 ? "none at all" : string.Join(", ", nearest);
    }

    private static string Cut(string name) => name[..Math.Min(name.Length, LongestCompared)];

    /// <summary>Characters to insert, delete or exchange: Levenshtein's distance.</summary>
    private static int Distance(string left, string right)
    {
        int[] before = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 0; i < left.Length; i++)
        {
            int[] row = new int[right.Length + 1];
            row[0] = i + 1;
            for (int j = 0; j < right.Length; j++)
            {
                row[j + 1] = Math.Min(Math.Min(row[j], before[j + 1]) + 1, before[j] + (left[i] == right[j] ? 0 : 1));
            }
            before = row;
        }
        return before[^1];
    }
}
