using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>The receptive fields of a <see cref="Networks.PopulationLayer"/>, fitted on the training rows.</summary>
/// <param name="Fields">The number of fields of each feature.</param>
/// <param name="Scale">[outputs].</param>
/// <param name="Shift">[outputs].</param>
/// <param name="Lowest">[outputs].</param>
/// <param name="Highest">[outputs].</param>
internal sealed record PopulationConstants(
    IReadOnlyList<int> Fields, float[] Scale, float[] Shift, float[] Lowest, float[] Highest)
{
    private const int MostRows = 20_000;
    private const long MostSampled = 1 << 26;

    /// <summary>Fits the fields on at most 20,000 of the rows, drawn by the seed.</summary>
    /// <param name="rows">The training rows.</param>
    /// <param name="fields">The most fields of a feature.</param>
    /// <param name="seed">Draws the rows where there are more.</param>
    public static PopulationConstants Of(RowFeed rows, int fields, int seed)
    {
        (float[] values, int count) = Sample(rows, seed);
        int features = rows.FeatureCount;
        var fitted = new List<Field>();
        int[] counts = new int[features];
        float[] column = new float[count];
        for (int feature = 0; feature < features; feature++)
        {
            for (int row = 0; row < count; row++)
            {
                column[row] = values[((long)row * features) + feature];
            }
            Field[] own = Fit(column, fields);
            counts[feature] = own.Length;
            fitted.AddRange(own);
        }
        return Standardized(rows.Summary, counts, fitted);
    }

    /// <summary>Returns the borders of the fields of a feature, ascending; none for at most two values.</summary>
    /// <param name="sorted">The feature's values, ascending; at least one.</param>
    /// <param name="fields">The most fields.</param>
    /// <remarks>
    /// Quantiles. A value that is more frequent than the rows of a field are many is a border itself, and the quantiles
    /// are those of the others: else a feature that is mostly zero would have a single field.
    /// </remarks>
    internal static float[] Borders(float[] sorted, int fields)
    {
        var borders = new SortedSet<float> { sorted[0], sorted[^1] };
        var others = new List<float>(sorted.Length);
        int different = 0;
        for (int first = 0, next; first < sorted.Length; first = next)
        {
            next = first + 1;
            while (next < sorted.Length && sorted[next] == sorted[first])
            {
                next++;
            }
            different++;
            if ((next - first) * (long)fields > sorted.Length && borders.Count <= fields)
            {
                borders.Add(sorted[first]);
            }
            else
            {
                others.AddRange(sorted.AsSpan(first, next - first));
            }
        }
        if (different <= 2)
        {
            return [];
        }
        int wanted = fields + 1 - borders.Count;
        for (int i = 1; i <= wanted && others.Count > 0; i++)
        {
            borders.Add(others[(int)((long)i * others.Count / (wanted + 1))]);
        }
        return [.. borders];
    }

    private static (float[] Values, int Count) Sample(RowFeed rows, int seed)
    {
        int features = rows.FeatureCount;
        int most = (int)Math.Max(1, Math.Min(MostRows, MostSampled / features));
        int wanted = (int)Math.Min(most, rows.Summary.Rows), count = 0, read;
        float[] values = new float[(long)wanted * features];
        long[] labels = new long[wanted];
        float[] weights = new float[wanted];
        using IRowReader reader = rows.Summary.Rows > most ? rows.Shuffled(seed, epoch: 0) : rows.InOrder();
        while (count < wanted
            && (read = reader.Read(values.AsSpan(count * features), labels.AsSpan(count), weights.AsSpan(count))) > 0)
        {
            count += read;
        }
        return (values, count);
    }

    private static Field[] Fit(float[] column, int fields)
    {
        float[] sorted = [.. column.Order()];
        float[] borders = Borders(sorted, fields);
        double lowest = sorted[0], highest = sorted[^1];
        if (borders.Length == 0)
        {
            // Values that no training row has do not leave the range by more than its width.
            double width = highest - lowest;
            return [new(1, 0, lowest - width, highest + width, column)];
        }
        var own = new Field[borders.Length - 1];
        for (int i = 0; i < own.Length; i++)
        {
            double scale = 1 / ((double)borders[i + 1] - borders[i]);
            own[i] = new(scale, -borders[i] * scale, i == 0 ? -1 : 0, i == own.Length - 1 ? 2 : 1, column);
        }
        return own;
    }

    private static PopulationConstants Standardized(RowSummary summary, int[] counts, List<Field> fields)
    {
        int count = fields.Count;
        var statistics = new ChannelStatistics([.. fields.Select(field => field.Mean)],
            [.. fields.Select(field => field.Deviation)], [.. fields.Select(field => field.ZeroShare)],
            [.. fields.Select(field => (float)field.LeastValue)],
            [.. fields.Select(field => (float)field.LargestValue)]);
        InputConstants normal = InputConstants.Of(new FeatureNormalization(), summary with { Channels = statistics });
        float[] scale = new float[count], shift = new float[count], lowest = new float[count],
            highest = new float[count];
        for (int i = 0; i < count; i++)
        {
            scale[i] = Single(fields[i].Scale * normal.Scale[i]);
            shift[i] = Single((fields[i].Shift * normal.Scale[i]) + normal.Shift[i]);
            lowest[i] = Single((fields[i].Lowest * normal.Scale[i]) + normal.Shift[i]);
            highest[i] = Single((fields[i].Highest * normal.Scale[i]) + normal.Shift[i]);
        }
        return new(counts, scale, shift, lowest, highest);
    }

    private static float Single(double value) => (float)Math.Clamp(value, -float.MaxValue, float.MaxValue);

    /// <summary>A field before its values are standardized, with their statistics over the rows.</summary>
    private readonly struct Field
    {
        public Field(double scale, double shift, double lowest, double highest, float[] column)
        {
            (Scale, Shift, Lowest, Highest) = (scale, shift, lowest, highest);
            (LeastValue, LargestValue) = (double.PositiveInfinity, double.NegativeInfinity);
            double sum = 0, squares = 0, zeros = 0;
            double origin = Of(column[0]);
            foreach (float x in column)
            {
                double value = Of(x), difference = value - origin;
                sum += difference;
                squares += difference * difference;
                zeros += value == 0 ? 1 : 0;
                LeastValue = Math.Min(LeastValue, value);
                LargestValue = Math.Max(LargestValue, value);
            }
            double shifted = sum / column.Length;
            Mean = origin + shifted;
            Deviation = Math.Sqrt(Math.Max(0, (squares / column.Length) - (shifted * shifted)));
            ZeroShare = zeros / column.Length;
        }

        public double Scale { get; }

        public double Shift { get; }

        public double Lowest { get; }

        public double Highest { get; }

        public double Mean { get; }

        public double Deviation { get; }

        public double ZeroShare { get; }

        public double LeastValue { get; }

        public double LargestValue { get; }

        private double Of(float x) => Math.Clamp((Scale * x) + Shift, Lowest, Highest);
    }
}
