using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// Rows that a model cannot score, in a prediction engine or a batch: one sentence says what is wrong and what to do.
/// </summary>
[TestClass]
public sealed class PredictionInputTests
{
    private static readonly MLContext ML = new(1);
    private static readonly SpikingPredictionTransformer Model = Flowers.Fit(ML, Flowers.Keyed(ML));

    [TestMethod]
    [DataRow(3)]
    [DataRow(5)]
    [DataRow(0)]
    public void Predict_RowOfAnotherLength_SaysSoAndGoesOnPredicting(int length)
    {
        using var engine = Engine<Flower>();
        float[] expected = engine.Predict(Flowers.Rows(1)[0]).Score;

        AssertRefused<InvalidOperationException>(() => engine.Predict(new Flower { Features = new float[length] }),
            $"A row of column 'Features' has {length} values; the model takes 4: give every row as many (null counts " +
            "as none).");
        AssertRefused<InvalidOperationException>(() => engine.Predict(new Flower { Features = null! }),
            "A row of column 'Features' has 0 values; the model takes 4");

        Assert.AreSequenceEqual(expected, engine.Predict(Flowers.Rows(1)[0]).Score);
    }

    [TestMethod]
    public void Transform_RowOfAnotherLength_SaysSoBehindTheRowsBefore()
    {
        List<Flower> rows = Flowers.Rows(10);
        rows[7].Features = [1, 2, 3];
        IDataView scored = Model.Transform(ML.Data.LoadFromEnumerable(rows));
        using DataViewRowCursor cursor = scored.GetRowCursorSet([scored.Schema["Score"]], 1).Single();

        for (int i = 0; i < 7; i++)
        {
            Assert.IsTrue(cursor.MoveNext());
        }
        AssertRefused<InvalidOperationException>(() => cursor.MoveNext(), "has 3 values; the model takes 4");
    }

    [TestMethod]
    public void CreatePredictionEngine_NoFeatureColumn_NamesThoseThatAreThere() =>
        AssertRefused<ArgumentException>(() => Engine<Nothing>(),
            "The data has no column 'Features', from which the model reads its features. Its columns are: 'Petals', " +
            "'Label'.");

    [TestMethod]
    public void CreatePredictionEngine_FeatureOfAnotherType_NamesTypeAndRemedy()
    {
        AssertRefused<ArgumentException>(() => Engine<Unsized>(),
            "is of type Vector<Single>; the model was trained on vectors of 4 values of Single. Annotate the class's " +
            "member as in [VectorType(4)]");
        AssertRefused<ArgumentException>(() => Engine<Doubles>(),
            "is of type Vector<Double, 4>; the model was trained on vectors of 4 values of Single. Convert it");
        AssertRefused<ArgumentException>(() => Engine<Five>(),
            "is of type Vector<Single, 5>; the model was trained on vectors of 4 values of Single. Send the data " +
            "through the transforms");
        AssertRefused<ArgumentException>(() => Engine<One>(),
            "is of type Single; the model was trained on vectors of 4 values of Single. Make it a vector with " +
            "Transforms.Concatenate.");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void Predict_ValueThatIsNotFinite_GivesNaNAndNoLabelAndGoesOnPredicting(float value)
    {
        using var engine = Engine<Flower>();
        for (int feature = 0; feature < 4; feature++)
        {
            Flower row = Flowers.Rows(1)[0];
            row.Features[feature] = value;
            Prediction prediction = engine.Predict(row);
            Assert.AreEqual(0u, prediction.PredictedLabel);
            Assert.IsTrue(prediction.Score.All(float.IsNaN));
        }
        Assert.AreEqual(1u, engine.Predict(Flowers.Rows(1)[0]).PredictedLabel);
    }

    [TestMethod]
    public void Predict_HugeValues_GivesProbabilities()
    {
        using var engine = Engine<Flower>();
        foreach (float value in new[] { float.MaxValue, -float.MaxValue, float.Epsilon, -0f })
        {
            Prediction prediction = engine.Predict(new Flower { Features = [value, value, value, value] });
            bool isScored = Math.Abs(prediction.Score.Sum() - 1) < 1e-5 && prediction.PredictedLabel > 0;
            bool isRefused = prediction.Score.All(float.IsNaN) && prediction.PredictedLabel == 0;
            Assert.IsTrue(isScored || isRefused, $"{value}: {string.Join(' ', prediction.Score)}");
        }
    }

    private static PredictionEngine<T, Prediction> Engine<T>()
        where T : class =>
        ML.Model.CreatePredictionEngine<T, Prediction>(Model, new PredictionEngineOptions { OwnsTransformer = false });

    private static void AssertRefused<TException>(Action action, string sentence)
        where TException : Exception
    {
        string message = Assert.Throws<TException>(action).Message;
        Assert.Contains(sentence, message);
        Assert.DoesNotContain("\n", message);
    }

    private sealed class Nothing
    {
        [VectorType(4)]
        public float[] Petals { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class Unsized
    {
        public float[] Features { get; set; } = [];
    }

    private sealed class Doubles
    {
        [VectorType(4)]
        public double[] Features { get; set; } = [];
    }

    private sealed class Five
    {
        [VectorType(5)]
        public float[] Features { get; set; } = [];
    }

    private sealed class One
    {
        public float Features { get; set; }
    }
}
