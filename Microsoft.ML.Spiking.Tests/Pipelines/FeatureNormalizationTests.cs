using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tests.Training;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch.Tensors;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// The default normalization: features of vectors are standardized one by one, images are divided by one number.
/// </summary>
[TestClass]
public sealed class FeatureNormalizationTests
{
    private readonly MLContext _ml = new(1);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)] // NormalizeMeanVariance does not center by default
    public void Fit_FeaturesFarFromZero_LearnsThem(bool isNormalized)
    {
        IDataView train = Weather(600, seed: 1), test = Weather(300, seed: 2);
        SpikingClifTrainer.Options options = Flowers.Quick();
        options.Epochs = 15;
        var trainer = _ml.MulticlassClassification.Trainers.SpikingClif(options);
        IEstimator<ITransformer> pipeline = isNormalized
            ? _ml.Transforms.NormalizeMeanVariance("Features").Append(trainer) : trainer;

        ITransformer model = pipeline.Fit(train);

        Assert.IsGreaterThan(0.95, _ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy);
    }

    [TestMethod]
    public void Fit_VectorsByDefault_HaveMeanZeroAndDeviationOne()
    {
        IDataView data = Weather(200, seed: 1);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options => options.Epochs = 1);

        ReadOnlySpan<float> scale = model.Model.Weights["input.scale"].Values.Span;
        ReadOnlySpan<float> shift = model.Model.Weights["input.shift"].Values.Span;
        float[][] rows = [.. data.GetColumn<float[]>("Features")];
        for (int i = 0; i < 3; i++)
        {
            float factor = scale[i], offset = shift[i];
            double[] values = [.. rows.Select(row => (double)(row[i] * factor) + offset)];
            Assert.AreEqual(0, values.Average(), 1e-3);
            Assert.AreEqual(1, values.Average(value => value * value), 1e-3);
        }
    }

    [TestMethod]
    public void Constants_ConstantFeature_BecomesZero()
    {
        InputConstants constants = Constants([[1, 7, 0], [2, 7, 0], [3, 7, 0]]);

        Assert.AreSequenceEqual([0f, 0f], constants.Scale.Skip(1).ToArray());
        Assert.AreSequenceEqual([0f, 0f], constants.Shift.Skip(1).ToArray());
        Assert.AreSequenceEqual([0f, 0f], constants.Zeros()[1..]);
    }

    [TestMethod]
    public void Constants_MostlyZeroFeatures_KeepZeros()
    {
        float[][] rows =
            [.. Enumerable.Range(0, 100).Select(i => new float[] { i % 4 == 0 ? 5 : 0, i % 4 == 0 ? 0 : 5, i })];

        InputConstants constants = Constants(rows);

        Assert.AreEqual(0, constants.Shift[0]);
        Assert.AreNotEqual(0, constants.Shift[1]);
        Assert.AreNotEqual(0, constants.Shift[2]);
    }

    [TestMethod]
    public void Constants_RareValues_AreNotBlownUp()
    {
        const int Rows = 10_000;
        float[][] rows =
        [
            .. Enumerable.Range(0, Rows).Select(
                i => new float[] { i == 5 ? 200 : 0, i % 2, i == 7 ? 1e6f : i % 3, i % 5 }),
        ];

        InputConstants constants = Constants(rows);

        double square = 0;
        foreach (float[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                double value = (row[i] * (double)constants.Scale[i]) + constants.Shift[i];
                square += value * value;
                Assert.IsLessThan(2 * FeatureNormalization.LargestValue, Math.Abs(value));
            }
        }
        Assert.AreEqual(1, square / (Rows * 4), 1e-3);
    }

    [TestMethod]
    public void Constants_SparseRowsOfAMillionSlots_AreThoseOfTheirValues()
    {
        const int Slots = 1 << 20, Rows = 50;
        var source = new SlotRows(Slots, Rows);
        RowSummary summary = RowFeed.Open(
            source, 1, 1 << 20, TestContext.CancellationToken, new ChannelMoments(1, Slots, Slots)).Summary;

        InputConstants constants = InputConstants.Of(new FeatureNormalization(), summary);

        Assert.IsTrue(constants.Shift.All(shift => shift == 0));
        int[] used = [.. constants.Scale.Index().Where(pair => pair.Item != 0).Select(pair => pair.Index)];
        Assert.AreSequenceEqual(Enumerable.Range(0, Rows).Select(row => row * 1_000).ToArray(), used);
    }

    [TestMethod]
    [DataRow(1e-25f)]
    [DataRow(1e-41f)]
    [DataRow(1e25f)]
    public void Constants_FeaturesOfAnySize_AreBroughtToOne(float size)
    {
        float[][] rows = [.. Enumerable.Range(0, 64).Select(i => new[] { size * (1 + (i % 4)), size * (i % 8) })];
        RowSummary summary = Summary(rows, channels: 0);

        InputConstants one = InputConstants.Of(new RootMeanSquareNormalization(), summary), each = Constants(rows);

        double[] scaled = [.. rows.SelectMany(row => row).Select(value => (double)value * one.Scale[0])];
        double[] standardized =
        [
            .. rows.SelectMany(row => row.Zip(
                each.Scale.Zip(each.Shift), (value, by) => (value * (double)by.First) + by.Second)),
        ];
        if (size > 1e-38f) // smaller ones have no finite inverse in single precision
        {
            Assert.AreEqual(1, scaled.Average(value => value * value), 1e-3);
            Assert.AreEqual(1, standardized.Average(value => value * value), 1e-3);
        }
        Assert.IsTrue(scaled.Concat(standardized).All(double.IsFinite));
        Assert.IsTrue(one.Scale.Concat(each.Scale).Concat(each.Shift).All(float.IsFinite));
    }

    [TestMethod]
    public void Fit_FillValues_AreNamedOnceAndSpoilTheirOwnFeatureAlone()
    {
        Reading[] rows = Readings(600, seed: 1);
        rows[3].Features[1] = rows[9].Features[1] = 9.96921e36f;
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning)
            {
                warnings.Add(e.RawMessage);
            }
        };
        IDataView data = _ml.Data.LoadFromEnumerable(rows);

        SpikingPredictionTransformer model = Flowers.Fit(
            _ml, data, options => (options.Epochs, options.MemoryBudget) = (15, 1));

        Assert.AreEqual("2 of 600 rows of the training data have a value beyond 1e+18 in column 'Features', the " +
            "first in slot 1. Such values decide how features are scaled: replace them, or leave the rows out.",
            warnings.Single());
        IDataView scored = model.Transform(Weather(300, seed: 2));
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy);
    }

    [TestMethod]
    public void Fit_ImagesByDefault_AreDividedByOneNumber()
    {
        NetworkTemplate convolutions = new NetworkBuilder().Convolution(2, 1).Neuron().Build(1, 2, 2);
        foreach (NetworkTemplate network in new[] { new Mlp(8), convolutions })
        {
            SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml),
                options => (options.InputShape, options.Network, options.Epochs) = ([1, 2, 2], network, 1));

            Assert.HasCount(1, model.Model.Weights["input.scale"].Values.ToArray());
            Assert.AreEqual(0, model.Model.Weights["input.shift"].Values.Span[0]);
        }
    }

    [TestMethod]
    public void Fit_SeriesByDefault_HaveOnePairForEachFeature()
    {
        SpikingPredictionTransformer model = Flowers.Fit(
            _ml, Flowers.Keyed(_ml), options => (options.InputShape, options.Epochs) = ([2, 2], 1));

        Assert.HasCount(2, model.Model.Weights["input.scale"].Values.ToArray());
    }

    private InputConstants Constants(float[][] rows) =>
        InputConstants.Of(new FeatureNormalization(), Summary(rows, channels: rows[0].Length));

    private RowSummary Summary(float[][] rows, int channels)
    {
        RowSummary Read(bool isSparse) => RowFeed.Open(
            new ArrayRowSource(rows, new int[rows.Length], isSparse: isSparse), 1, 1 << 24,
            TestContext.CancellationToken,
            channels == 0 ? null : new ChannelMoments(1, channels, rows[0].Length)).Summary;
        RowSummary dense = Read(isSparse: false), sparse = Read(isSparse: true);
        Assert.AreEqual(dense.RootMeanSquare, sparse.RootMeanSquare, 1e-12 * dense.RootMeanSquare);
        Assert.AreSequenceEqual(dense.Channels?.Deviations ?? [], sparse.Channels?.Deviations ?? []);
        return dense;
    }

    private IDataView Weather(int count, int seed) => _ml.Data.LoadFromEnumerable(Readings(count, seed));

    /// <summary>Temperatures in kelvin of two places, and a year: three classes by temperature.</summary>
    private static Reading[] Readings(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new Reading
            {
                Label = (uint)(i % 3),
                Features =
                [
                    290 + (3.5f * (i % 3)) + random.NextSingle(), 298 - (3.5f * (i % 3)) - random.NextSingle(),
                    2_000 + (i % 24),
                ],
            }),
        ];
    }

    private sealed class Reading
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }

    /// <summary>Row i has a single value, in slot 1,000 i.</summary>
    private sealed class SlotRows(int slots, int rows) : IRowSource
    {
        public int FeatureCount => slots;

        public IRowCursor Open() => new Cursor(rows);

        private sealed class Cursor(int rows) : IRowCursor
        {
            private readonly float[] _values = [0.5f];
            private readonly int[] _indices = [-1_000];

            public ReadOnlySpan<float> Values => _values;

            public ReadOnlySpan<int> Indices => _indices;

            public bool IsDense => false;

            public int Label => 0;

            public float Weight => 1;

            public bool MoveNext() => (_indices[0] += 1_000) < rows * 1_000;

            public void Dispose() { }
        }
    }
}
