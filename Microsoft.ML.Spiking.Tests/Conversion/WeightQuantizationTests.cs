using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Export;
using Microsoft.ML.Spiking.Tests.Serialization;

namespace Microsoft.ML.Spiking.Tests.Conversion;

[TestClass]
public sealed class WeightQuantizationTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [TestMethod]
    public void Of_RowsOfOtherSizes_GivesEachItsScaleAndTheNearestCodes()
    {
        Int8Rows rows = Int8Rows.Of([1.27f, -0.634f, 0.636f, 0f, 0f, 0f, -254f, 1f, 127f], outputs: 3);

        Assert.AreSequenceEqual(new sbyte[] { 127, -63, 64, 0, 0, 0, -127, 0, 64 }, rows.Codes);
        Assert.AreSequenceEqual([1.27f / 127, 0f, 2f], rows.Scales);
        Assert.AreSequenceEqual(
            [rows.Scales[0] * 127, rows.Scales[0] * -63, rows.Scales[0] * 64, 0, 0, 0, -254, 0, 128], rows.ToFloats());
    }

    [TestMethod]
    public void Of_LargestAndSmallestFloats_StaysFinite()
    {
        Int8Rows rows = Int8Rows.Of(
            [float.MaxValue, -float.MaxValue, float.Epsilon, -float.Epsilon, 1e-44f, -3e-45f], outputs: 3);

        Assert.IsTrue(rows.ToFloats().All(float.IsFinite));
        Assert.IsTrue(rows.Codes.All(code => code != sbyte.MinValue));
    }

    [TestMethod]
    public void Apply_Network_RoundsWeightsAndNothingElse()
    {
        NetworkDefinition network = SmallNetworks.Small();
        NetworkWeights weights = SmallNetworks.Weights(network);
        NetworkWeights rounded = WeightQuantization.Apply(network, weights, WeightPrecision.Int8);
        foreach (ParameterSpec spec in network.Parameters)
        {
            bool isWeight = spec.Role == ParameterRole.Weight;
            Assert.AreEqual(isWeight ? WeightPrecision.Int8 : WeightPrecision.Float32, rounded[spec.Name].Precision);
            Assert.AreEqual(!isWeight,
                weights[spec.Name].Values.Span.SequenceEqual(rounded[spec.Name].Values.Span), spec.Name);
            foreach ((float before, float after) in
                weights[spec.Name].Values.ToArray().Zip(rounded[spec.Name].Values.ToArray()))
            {
                Assert.AreEqual(before, after, 1 / 254f + 1e-6f, spec.Name); // half a code of a row within -1 to 1
            }
        }
        Assert.AreSame(rounded[0], WeightQuantization.Apply(network, rounded, WeightPrecision.Int8)[0]);
    }

    [TestMethod]
    public void Apply_WeightThatIsNotANumber_IsRefused()
    {
        NetworkDefinition network = SmallNetworks.Small();
        var weights = new NetworkWeights(network, network.Parameters.Select(spec =>
            new WeightArray(spec.Name, spec.Shape, [.. Enumerable.Repeat(float.NaN, (int)spec.Size)])));

        Assert.Contains("infinite or not a number", Assert.ThrowsExactly<InvalidOperationException>(
            () => WeightQuantization.Apply(network, weights, WeightPrecision.Int8)).Message);
    }

    [TestMethod]
    public void QuantizeWeights_TrainedChain_LoadsWithTheSameScores()
    {
        (IDataView rows, ITransformer model) = Trained();

        ITransformer rounded = Ml.Model.QuantizeWeights(model);
        byte[] zip = Saved(rounded, rows);
        SpikingModelFile.Check(new MemoryStream(zip), null, CancellationToken.None);
        ITransformer loaded = Ml.Model.Load(new MemoryStream(zip), out _);

        Assert.AreSequenceEqual(Scores(rounded, rows), Scores(loaded, rows));
        Assert.IsFalse(Scores(model, rows).SequenceEqual(Scores(loaded, rows)));
        Assert.IsGreaterThan(0.95, Right(loaded, rows));
        Assert.AreEqual(WeightPrecision.Int8, Network(loaded).Weights["fc1.weight"].Precision);
    }

    [TestMethod]
    [DataRow(WeightPrecision.Float32, 1)]
    [DataRow(WeightPrecision.Int8, 2)]
    public void Save_Precision_WritesTheVersionThatAReaderNeeds(WeightPrecision precision, int version)
    {
        (IDataView rows, ITransformer model) = Trained();
        byte[] zip = Saved(Ml.Model.QuantizeWeights(model, precision), rows);

        string definition = System.Text.Encoding.UTF8.GetString(ModelZip.Entry(zip, ModelZip.Definition));
        Assert.Contains($"\"version\": {version},", definition);
    }

    [TestMethod]
    public void QuantizeWeights_BackToFloat32_KeepsTheRoundedValues()
    {
        (_, ITransformer model) = Trained();
        ITransformer rounded = Ml.Model.QuantizeWeights(model);
        ITransformer back = Ml.Model.QuantizeWeights(rounded, WeightPrecision.Float32);

        foreach (WeightArray array in Network(back).Weights)
        {
            Assert.AreEqual(WeightPrecision.Float32, array.Precision);
            Assert.AreSequenceEqual(Network(rounded).Weights[array.Name].Values.ToArray(), array.Values.ToArray());
        }
    }

    [TestMethod]
    public void Fit_QuantizedModel_ContinuesInFloat32()
    {
        (IDataView rows, ITransformer model) = Trained();
        ITransformer rounded = Ml.Model.QuantizeWeights(model);
        IDataView keyed = ((TransformerChain<ITransformer>)rounded).First().Transform(rows);

        SpikingPredictionTransformer trained =
            Ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()).Fit(keyed, rounded);

        Assert.AreEqual(WeightPrecision.Float32, trained.Model.Weights["fc1.weight"].Precision);
        Assert.IsFalse(trained.Model.Weights["fc1.weight"].Values.Span.SequenceEqual(
            Network(rounded).Weights["fc1.weight"].Values.Span));
    }

    [TestMethod]
    public void ExportToOnnx_Int8_ScoresWithTheRoundedValues()
    {
        NetworkDefinition network = SmallNetworks.Small();
        NetworkWeights weights =
            WeightQuantization.Apply(network, SmallNetworks.Weights(network), WeightPrecision.Int8);
        float[] rows = [.. Enumerable.Range(0, 40).Select(i => i * 7 % 11 / 4f)];
        float[] expected = new float[10 * network.ClassCount];
        using var scorer = new ManagedScorer(network, weights, VectorWidth.Auto);
        scorer.Score(rows, 10, expected);

        using var onnx = new OnnxScorer(OnnxScorer.Export(network, weights));
        float[] scores = onnx.Score(rows, network.InputSize).Scores;

        Assert.HasCount(expected.Length, scores);
        Assert.IsLessThan(1e-4f, expected.Zip(scores).Max(pair => Math.Abs(pair.First - pair.Second)));
    }

    [TestMethod]
    public void QuantizeWeights_UnknownPrecision_IsNamed()
    {
        (_, ITransformer model) = Trained();
        Assert.Contains("The precision is 9; it must be one of Float32, Int8.",
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(
                () => Ml.Model.QuantizeWeights(model, (WeightPrecision)9)).Message);
    }

    private static (IDataView Rows, ITransformer Model) Trained()
    {
        IDataView rows = Ml.Data.LoadFromEnumerable(Flowers.Rows());
        return (rows, Ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(Ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(rows));
    }

    private static byte[] Saved(ITransformer model, IDataView rows)
    {
        using var stream = new MemoryStream();
        Ml.Model.Save(model, rows.Schema, stream);
        return stream.ToArray();
    }

    private static SpikingModelParameters Network(ITransformer model) =>
        ((IEnumerable<ITransformer>)model).OfType<SpikingPredictionTransformer>().Single().Model;

    private static float[] Scores(ITransformer model, IDataView rows) =>
        [.. model.Transform(rows).GetColumn<float[]>("Score").SelectMany(scores => scores)];

    private static double Right(ITransformer model, IDataView rows) =>
        Flowers.Rows().Zip(model.Transform(rows).GetColumn<string>("PredictedLabel"))
            .Average(row => row.First.Label == row.Second ? 1 : 0);
}
