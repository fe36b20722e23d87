namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>Rows with each feature as the number of the bin that its value lies in, at most 64 for a feature.</summary>
internal sealed class FeatureBins
{
    /// <summary>The most bins of a feature.</summary>
    public const int Most = 64;

    private FeatureBins(byte[][] codes, float[][] borders) =>
        (Codes, Borders, Rare) = (codes, borders, [.. codes.Select(RareRows.Of)]);

    /// <summary>Gets the bins, [features][rows].</summary>
    public byte[][] Codes { get; }

    /// <summary>Gets the least value of each bin of a feature but the first, ascending.</summary>
    public float[][] Borders { get; }

    /// <summary>
    /// Gets the rows of each feature outside of its most frequent bin; null where those are not few.
    /// </summary>
    public RareRows?[] Rare { get; }

    public int Rows => Codes[0].Length;

    public static FeatureBins Of(RowSample rows)
    {
        var codes = new byte[rows.FeatureCount][];
        var borders = new float[rows.FeatureCount][];
        for (int feature = 0; feature < codes.Length; feature++)
        {
            float[] column = rows.Column(feature);
            float[] sorted = [.. column];
            Array.Sort(sorted);
            float[] own = BordersOf(sorted);
            byte[] bins = new byte[column.Length];
            for (int row = 0; row < bins.Length; row++)
            {
                bins[row] = BinOf(own, column[row]);
            }
            (codes[feature], borders[feature]) = (bins, own);
        }
        return new(codes, borders);
    }

    /// <summary>Returns the borders of a feature's bins, each between two neighboring values.</summary>
    /// <param name="sorted">The feature's values, ascending; at least one.</param>
    /// <remarks>
    /// A value that is more frequent than the rows of a bin are many is a bin of its own, and the others share the rest
    /// alike: else a feature that is mostly zero would have few bins.
    /// </remarks>
    internal static float[] BordersOf(float[] sorted)
    {
        (float[] values, int[] counts) = Distinct(sorted);
        if (values.Length <= Most)
        {
            return [.. values.Zip(values.Skip(1), Between)];
        }
        bool[] isFrequent = [.. counts.Select(count => count * (long)Most > sorted.Length)];
        int frequent = isFrequent.Count(own => own);
        double rows = counts.Where((_, i) => !isFrequent[i]).Sum();
        double wanted = rows / Math.Max(1, Most - (2 * frequent));
        var borders = new List<float>();
        double held = 0;
        for (int i = 0; i + 1 < values.Length && borders.Count < Most - 1; i++)
        {
            held += counts[i];
            if (isFrequent[i] || isFrequent[i + 1] || held >= wanted)
            {
                borders.Add(Between(values[i], values[i + 1]));
                held = 0;
            }
        }
        return [.. borders];
    }

    private static (float[] Values, int[] Counts) Distinct(float[] sorted)
    {
        var values = new List<float>();
        var counts = new List<int>();
        foreach (float value in sorted)
        {
            if (values.Count > 0 && values[^1] == value)
            {
                counts[^1]++;
            }
            else
            {
                values.Add(value);
                counts.Add(1);
            }
        }
        return ([.. values], [.. counts]);
    }

    private static float Between(float low, float high)
    {
        float middle = (float)(((double)low + high) / 2);
        return middle > low ? middle : high;
    }

    private static byte BinOf(float[] borders, float value)
    {
        int low = 0, high = borders.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = value >= borders[middle] ? (middle + 1, high) : (low, middle);
        }
        return (byte)low;
    }
}

/// <summary>
/// The rows of a feature outside of its most frequent bin: of a category that few rows have, those rows.
/// </summary>
/// <param name="Common">The most frequent bin.</param>
/// <param name="Rows">The others' rows, ascending.</param>
internal sealed record RareRows(int Common, int[] Rows)
{
    /// <summary>Returns the rows; null where they are more than half of all.</summary>
    /// <param name="codes">The bin of each row.</param>
    public static RareRows? Of(byte[] codes)
    {
        int[] counts = new int[FeatureBins.Most];
        foreach (byte code in codes)
        {
            counts[code]++;
        }
        int common = Array.IndexOf(counts, counts.Max());
        return 2 * counts[common] < codes.Length ? null
            : new(common, [.. Enumerable.Range(0, codes.Length).Where(row => codes[row] != common)]);
    }
}
