using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch.Tensors;

namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>The receptive fields of a <see cref="PopulationLayer"/>, fitted on the training rows.</summary>
/// <param name="Fields">The number of fields of each feature.</param>
/// <param name="Scale">[outputs].</param>
/// <param name="Shift">[outputs].</param>
/// <param name="Lowest">[outputs].</param>
/// <param name="Highest">[outputs].</param>
internal sealed record PopulationConstants(
    IReadOnlyList<int> Fields, float[] Scale, float[] Shift, float[] Lowest, float[] Highest)
{
    /// <summary>Gets the leaves of trees behind the features, each with one field; null for none.</summary>
    public TreeConstants? Trees { get; init; }

    /// <summary>Fits the fields on rows.</summary>
    /// <param name="rows">Some of the training rows.</param>
    /// <param name="summary">The summary of all of them.</param>
    /// <param name="fields">The most fields of a feature.</param>
    public static PopulationConstants Of(RowSample rows, RowSummary summary, int fields)
    {
        var fitted = new List<Field>();
        int[] counts = new int[rows.FeatureCount];
        for (int feature = 0; feature < counts.Length; feature++)
        {
            Field[] own = Fit(rows.Column(feature), fields);
            counts[feature] = own.Length;
            fitted.AddRange(own);
        }
        return Standardized(summary, counts, fitted);
    }

    /// <summary>Returns the fields of the features and of leaves behind them.</summary>
    /// <param name="rows">Some of the training rows.</param>
    /// <param name="summary">The summary of all of them.</param>
    /// <param name="fields">The most fields of a feature.</param>
    /// <param name="trees">The leaves.</param>
    public static PopulationConstants Of(RowSample rows, RowSummary summary, int fields, TreeConstants trees) =>
        Of(rows.Changed(rows.FeatureCount + trees.Leaves, trees.Apply), summary, fields) with { Trees = trees };

    /// <summary>Returns the fields of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">The network's arrays.</param>
    public static PopulationConstants Of(PopulationLayer layer, NetworkWeights weights) =>
        new(layer.Fields, weights[layer.ScaleName].Array, weights[layer.ShiftName].Array,
            weights[layer.LowestName].Array, weights[layer.HighestName].Array);

    /// <summary>Writes the values of a row's fields.</summary>
    /// <param name="row">[features].</param>
    /// <param name="values">[outputs].</param>
    public void Apply(ReadOnlySpan<float> row, Span<float> values)
    {
        int place = 0;
        for (int feature = 0; feature < Fields.Count; feature++)
        {
            for (int end = place + Fields[feature]; place < end; place++)
            {
                float inside = (Scale[place] * row[feature]) + Shift[place];
                values[place] = Math.Min(Math.Max(inside, Lowest[place]), Highest[place]);
            }
        }
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

    private static Field[] Fit(float[] column, int fields)
    {
        float[] sorted = [.. column];
        Array.Sort(sorted);
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
