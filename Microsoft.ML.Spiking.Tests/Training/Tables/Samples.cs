using Microsoft.ML.Spiking.Training.Tables;

namespace Microsoft.ML.Spiking.Tests.Training.Tables;

/// <summary>Rows of evenly spread features from -1 to 1.</summary>
internal static class Samples
{
    public delegate int LabelOf(ReadOnlySpan<float> row);

    public static RowSample Of(int rows, int features, LabelOf label, int seed = 1)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, rows * features).Select(_ => (2 * random.NextSingle()) - 1)];
        long[] labels = [.. Enumerable.Range(0, rows)
            .Select(row => (long)label(values.AsSpan(row * features, features)))];
        return new(features, values, labels, [.. Enumerable.Repeat(1f, rows)]);
    }
}
