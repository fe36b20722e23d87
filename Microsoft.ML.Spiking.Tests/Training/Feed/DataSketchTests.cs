using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Tests.Training.Feed;

[TestClass]
public sealed class DataSketchTests
{
    private static readonly float[][] Rows = [[0, 2, 0, -1], [3, 0, 0, 0], [0, 0, 0, 0]];

    [TestMethod]
    public void Sketch_SparseRows_IsThatOfDenseOnes() =>
        AssertSame(Of(new ArrayRowSource(Rows, [0, 1, 1])), Of(new ArrayRowSource(Rows, [0, 1, 1], isSparse: true)));

    [TestMethod]
    public void Sketch_NegativeZero_IsZero() =>
        AssertSame(Of(new ArrayRowSource(Rows, [0, 1, 1])),
            Of(new ArrayRowSource([Rows[0], Rows[1], [0, -0f, 0, 0]], [0, 1, 1])));

    [TestMethod]
    public void Targets_OtherLabelsWeightsOrOrder_Differ()
    {
        ulong[] all =
        [
            Of(new ArrayRowSource(Rows, [0, 1, 1])).Targets,
            Of(new ArrayRowSource(Rows, [0, 1, 2])).Targets,
            Of(new ArrayRowSource(Rows, [1, 0, 1])).Targets,
            Of(new ArrayRowSource(Rows, [0, 1, 1], [1, 1, 2])).Targets,
            Of(new ArrayRowSource(Rows, [0, 1, 1], [1, 1, 1.0000001f])).Targets,
            Of(new ArrayRowSource([Rows[0], Rows[1]], [0, 1])).Targets,
        ];
        Assert.AreSequenceEqual(all.Distinct().ToArray(), all);
    }

    [TestMethod]
    [DataRow(4, 30)]
    [DataRow(50, 400)]
    public void HasFeaturesOf_LastBits_DoNotCount(int features, int rows)
    {
        float[][] values = Random(rows, features);
        DataSketch sketch = Of(values);
        Assert.IsTrue(sketch.HasFeaturesOf(Of(Changed(values, MathF.BitIncrement))));
        Assert.IsTrue(sketch.HasFeaturesOf(Of(Changed(values, MathF.BitDecrement))));
        int call = 0; // a few units in the last place, up or down
        Assert.IsTrue(
            sketch.HasFeaturesOf(Of(Changed(values, value => value * (1 + (((call++ * 7) % 9) - 4) * 1e-7f)))));
    }

    [TestMethod]
    public void HasFeaturesOf_PrincipalComponents_AreAsExactAsTheirRow()
    {
        // Components of deviations from 1 down to 1e-3, each wrong by 1e-7 of the first.
        float[][] values = Random(300, 20);
        foreach (float[] row in values)
        {
            for (int i = 0; i < row.Length; i++)
            {
                row[i] *= MathF.Pow(10, -3f * i / row.Length);
            }
        }
        int call = 0;
        Assert.IsTrue(Of(values).HasFeaturesOf(Of(Changed(values, value => value + (((call++ % 3) - 1) * 1e-7f)))));
    }

    [TestMethod]
    [DataRow(4, 30)]
    [DataRow(50, 400)]
    public void HasFeaturesOf_OtherValues_IsFalse(int features, int rows)
    {
        float[][] values = Random(rows, features);
        DataSketch sketch = Of(values);
        var random = new Random(3);
        for (int trial = 0; trial < 50; trial++)
        {
            int row = random.Next(rows), feature = random.Next(features),
                other = (row + 1 + random.Next(rows - 1)) % rows;
            float[][] oneValue = Copy(values);
            oneValue[row][feature] += 0.05f;
            Assert.IsFalse(sketch.HasFeaturesOf(Of(oneValue)), "one value");
            float[][] exchanged = Copy(values);
            (exchanged[row], exchanged[other]) = (exchanged[other], exchanged[row]);
            Assert.IsFalse(sketch.HasFeaturesOf(Of(exchanged)), "two rows exchanged");
        }
        Assert.IsFalse(sketch.HasFeaturesOf(Of(Changed(values, value => value * 1.001f))), "another scale");
        Assert.IsFalse(sketch.HasFeaturesOf(Of(Random(rows, features, seed: 2))), "other rows");
        Assert.IsFalse(sketch.HasFeaturesOf(sketch with { Norms = [.. sketch.Norms.Select(_ => double.NaN)] }));
        Assert.IsFalse(sketch.HasFeaturesOf(sketch with { Projections = [] }));
    }

    [TestMethod]
    public void HasFeaturesOf_SmallFeatureBesideALargeOne_IsSeen()
    {
        float[][] values = [.. Random(200, 2).Select(row => new[] { row[0] * 1e3f, row[1] })];
        float[][] changed = [.. values.Select(row => new[] { row[0], 2 * row[1] })];
        Assert.IsFalse(Of(values).HasFeaturesOf(Of(changed)));
    }

    private static float[][] Random(int rows, int features, int seed = 1)
    {
        float[][] values = [.. Enumerable.Range(0, rows).Select(_ => new float[features])];
        for (int row = 0; row < rows; row++)
        {
            new RandomStream(seed, (RandomPurpose)99, item: row).FillNormal(values[row], deviation: 1);
        }
        return values;
    }

    private static float[][] Changed(float[][] values, Func<float, float> change) =>
        [.. values.Select(row => row.Select(change).ToArray())];

    private static float[][] Copy(float[][] values) => Changed(values, value => value);

    private static void AssertSame(DataSketch expected, DataSketch actual)
    {
        Assert.AreEqual(expected.Targets, actual.Targets);
        Assert.AreSequenceEqual(expected.Projections.ToArray(), actual.Projections.ToArray());
        Assert.AreSequenceEqual(expected.Norms.ToArray(), actual.Norms.ToArray());
    }

    private static DataSketch Of(float[][] values) => Of(new ArrayRowSource(values, new int[values.Length]));

    private static DataSketch Of(ArrayRowSource source)
    {
        var sketcher = new DataSketcher(source.FeatureCount);
        using IRowCursor cursor = source.Open();
        while (cursor.MoveNext())
        {
            sketcher.Add(cursor);
        }
        return sketcher.Sketch();
    }
}
