using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>Rows of a table in memory, on which receptive fields and trees are fitted.</summary>
/// <param name="FeatureCount">Values in a row.</param>
/// <param name="Values">[rows, features].</param>
/// <param name="Labels">[rows].</param>
/// <param name="Weights">[rows], with a mean of 1.</param>
internal sealed record RowSample(int FeatureCount, float[] Values, long[] Labels, float[] Weights)
{
    private const int MostRows = 20_000;
    private const long MostValues = 1 << 26;

    public int Count => Labels.Length;

    /// <summary>Reads at most 20,000 of the rows, drawn by the seed where there are more.</summary>
    public static RowSample Of(RowFeed rows, int seed)
    {
        int features = rows.FeatureCount;
        int most = (int)Math.Max(1, Math.Min(MostRows, MostValues / features));
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
        // What trees and regressions hold against single rows is measured by a weight of 1.
        float mean = weights.Average();
        return new(features, values, labels, [.. weights.Select(weight => weight / mean)]);
    }

    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * FeatureCount, FeatureCount);

    public float[] Column(int feature)
    {
        float[] column = new float[Count];
        for (int row = 0; row < column.Length; row++)
        {
            column[row] = Values[((long)row * FeatureCount) + feature];
        }
        return column;
    }

    /// <summary>Returns the rows with other features.</summary>
    /// <param name="features">Values in a row then.</param>
    /// <param name="change">Writes a row's new values.</param>
    public RowSample Changed(int features, RowChange change)
    {
        float[] values = new float[(long)Count * features];
        for (int row = 0; row < Count; row++)
        {
            change(Row(row), values.AsSpan(row * features, features));
        }
        return this with { FeatureCount = features, Values = values };
    }
}

/// <summary>Writes a row of other features.</summary>
/// <param name="row">The row.</param>
/// <param name="changed">Receives its new values.</param>
internal delegate void RowChange(ReadOnlySpan<float> row, Span<float> changed);
