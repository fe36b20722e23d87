using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>Allocations of a prediction on the managed heap, beyond those of ML.NET's own engine.</summary>
[TestClass]
public sealed class AllocationTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Predict_SteadyState_AllocatesNoMoreThanMLNetForCopiedColumns()
    {
        IDataView data = Flowers.Keyed(_ml);
        // Columns of the same types, without a scorer.
        ITransformer trivial = _ml.Transforms.CopyColumns("Score", "Features")
            .Append(_ml.Transforms.CopyColumns("PredictedLabel", "Label")).Fit(data);

        Assert.IsLessThanOrEqualTo(BytesOfAPrediction(trivial), BytesOfAPrediction(Flowers.Fit(_ml, data)));
    }

    [TestMethod]
    public void Transform_SteadyState_AllocatesNothingForARow()
    {
        IDataView scored = Flowers.Fit(_ml, Flowers.Keyed(_ml)).Transform(Flowers.Keyed(_ml, Flowers.Rows(3000)));
        using DataViewRowCursor cursor = scored.GetRowCursorSet([scored.Schema["Score"]], 1).Single();
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;
        void Read(int rows)
        {
            for (int i = 0; i < rows; i++)
            {
                Assert.IsTrue(cursor.MoveNext());
                getter(ref score);
            }
        }
        Read(1000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(1000);

        // ML.NET reads the rows here without allocating, and so do we.
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private long BytesOfAPrediction(ITransformer model)
    {
        using var engine = _ml.Model.CreatePredictionEngine<KeyedFlower, Prediction>(
            model, new PredictionEngineOptions { OwnsTransformer = false });
        var row = new KeyedFlower { Features = [1, 2, 3, 4], Label = 1 };
        var prediction = new Prediction { Score = new float[4] };
        const int times = 1000;
        for (int i = 0; i < times; i++)
        {
            engine.Predict(row, ref prediction);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < times; i++)
        {
            engine.Predict(row, ref prediction);
        }
        return (GC.GetAllocatedBytesForCurrentThread() - before) / times;
    }

    private sealed class KeyedFlower
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }
}
