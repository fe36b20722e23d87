using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Runtime;

namespace Microsoft.ML.Spiking.Samples.Tests.Native;

/// <summary>Names of classes, read from ML.NET's own file without ML.NET.</summary>
[TestClass]
public sealed class LabelTests
{
    [TestMethod]
    public void Labels_OfText_AreItsValues()
    {
        AssertLabels("ä", " ", "b, or so");
        AssertLabels([.. Enumerable.Range(0, 900).Select(i => $"class number {i}")]); // compressed in the file
    }

    [TestMethod]
    public void Labels_OfNumbersAndFlags_AreTheirValuesAsText()
    {
        AssertLabels<float>(1.5f, -2, 1e10f);
        AssertLabels<double>(0.1, 0, 5);
        AssertLabels<sbyte>(-3, 0, 5);
        AssertLabels<byte>(200, 0, 5);
        AssertLabels<short>(-300, 0, 5);
        AssertLabels<ushort>(60_000, 0, 5);
        AssertLabels<int>(-70_000, 0, 5);
        AssertLabels<uint>(3_000_000_000, 0, 5);
        AssertLabels<long>(-5_000_000_000, 0, 5);
        AssertLabels<ulong>(10_000_000_000_000_000_000, 0, 5);
        AssertLabels<bool>(true, false);
    }

    [TestMethod]
    public void Labels_OfKeysThatStandForNothing_AreTheClassesNumbers()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        var ml = new MLContext();
        Save(ml, ml.Data.LoadFromEnumerable<KeyRow>([]), 3, path);

        Assert.AreSequenceEqual(["1", "2", "3"], SpikingModel.Load(path).Labels);
    }

    [TestMethod]
    public void Labels_OfABooleanLabel_AreFalseAndTrue()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable<LabelRow<bool>>([]);
        SpikingModelParameters network = NativeModel.Network("vector", classes: 2);
        ml.Model.Save(new SpikingBinaryPredictionTransformer(ml, network, data.Schema,
            new TrainerColumnNames("Features", "Label", Weight: null, "PredictedLabel", "Score"), "Probability"),
            data.Schema, path);

        Assert.AreSequenceEqual(["false", "true"], SpikingModel.Load(path).Labels);
    }

    private static void AssertLabels<T>(params T[] values)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable(values.Select(value => new LabelRow<T> { Label = value }));
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label", maximumNumberOfKeys: values.Length).Fit(data)
            .Transform(data);
        Save(ml, keyed, values.Length, path);

        Assert.AreSequenceEqual(values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)!),
            SpikingModel.Load(path).Labels, typeof(T).Name);
    }

    private static void Save(MLContext ml, IDataView data, int classes, string path)
    {
        SpikingModelParameters network = NativeModel.Network("vector", classes);
        ml.Model.Save(new SpikingPredictionTransformer(ml, network, data.Schema,
            new TrainerColumnNames("Features", "Label", Weight: null, "PredictedLabel", "Score")), data.Schema, path);
    }

    private sealed class LabelRow<T>
    {
        [VectorType(6)]
        public float[] Features { get; set; } = [];

        public T Label { get; set; } = default!;
    }

    private sealed class KeyRow
    {
        [VectorType(6)]
        public float[] Features { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }
}
