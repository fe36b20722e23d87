using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>The flowers' features with labels of many types.</summary>
internal static class Labels
{
    /// <summary>Returns rows with a key of a label, whose key values are the labels.</summary>
    public static IDataView Keyed<T>(MLContext ml, Func<int, T> label, int count = 90)
    {
        IDataView data = ml.Data.LoadFromEnumerable(
            Flowers.Rows(count).Select((row, i) => new LabelledRow<T> { Features = row.Features, Label = label(i) }));
        return ml.Transforms.Conversion.MapValueToKey("Label",
            keyOrdinality: Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(data).Transform(data);
    }

    /// <summary>Returns rows with keys of three classes, without key values.</summary>
    public static IDataView Bare(MLContext ml) => ml.Data.LoadFromEnumerable(Flowers.Rows().Select(
        (row, i) => new BareKeyRow { Features = row.Features, Label = (uint)(i % 3) + 1 }));
}

internal sealed class LabelledRow<T>
{
    public T Label { get; set; } = default!;

    [VectorType(4)]
    public float[] Features { get; set; } = [];
}

internal sealed class BareKeyRow
{
    [KeyType(3)]
    public uint Label { get; set; }

    [VectorType(4)]
    public float[] Features { get; set; } = [];
}
