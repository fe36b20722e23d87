using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Analysis;

[TestClass]
public sealed class PredictionExplanationTests
{
    private static readonly string[] Classes = ["no", "yes"];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    /// <summary>
    /// Two features to a neuron each and on to a class each: the first feature speaks only for class 0, the second only
    /// against it.
    /// </summary>
    [TestMethod]
    [DataRow(ExplanationMethod.Occlusion)]
    [DataRow(ExplanationMethod.SurrogateGradient)]
    public void Build_FeatureForEachClass_SpeaksForItsOwn(ExplanationMethod method)
    {
        PredictionExplanation explanation = Explain(new() { ClassIndex = 0, Method = method });

        Assert.IsGreaterThan(0.01, explanation.Attributions[0]);
        Assert.IsLessThan(-0.01 * (method == ExplanationMethod.Occlusion ? 1 : 0) + 1e-9, explanation.Attributions[1]);
        Assert.AreEqual(0, explanation.Attributions[2]);
        Assert.AreEqual(("no", 0), (explanation.Class, explanation.ClassIndex));
        Assert.AreSequenceEqual(
            explanation.Attributions, Explain(new() { ClassIndex = 0, Method = method }).Attributions);
    }

    /// <summary>
    /// By hand: the neurons fire at 4 and 2 of 4 steps; without the first feature class 1 is ahead by 0.5.
    /// </summary>
    [TestMethod]
    public void Build_Occlusion_IsTheFallOfTheProbability()
    {
        PredictionExplanation explanation = Explain(new());
        double all = 1 / (1 + Math.Exp(-0.5)), withoutFirst = 1 / (1 + Math.Exp(0.5)),
            withoutSecond = 1 / (1 + Math.Exp(-1));

        Assert.AreEqual(all, explanation.Probability, 1e-6);
        Assert.AreEqual(all - withoutFirst, explanation.Attributions[0], 1e-6);
        Assert.AreEqual(all - withoutSecond, explanation.Attributions[1], 1e-6);
        Assert.StartsWith("Index,Feature,Value,Attribution\n0,left,1,", explanation.ToCsv());
        Assert.Contains("left", explanation.ToString());
    }

    [TestMethod]
    public void Build_Image_OccludesSquares()
    {
        NetworkDefinition network = HandMade.Image();
        PredictionExplanation explanation = ExplanationBuilder.Build(network, HandMade.ImageWeights(network),
            HandMade.Rows(([1f, 0f, 0f, 1f], 0)).Rows, Classes, null, new() { SquareSize = 2 });

        Assert.HasCount(1, explanation.Attributions.Distinct());
        PredictionExplanation single = ExplanationBuilder.Build(network, HandMade.ImageWeights(network),
            HandMade.Rows(([1f, 0f, 0f, 1f], 0)).Rows, Classes, null, new() { SquareSize = 1 });
        Assert.AreEqual(0, single.Attributions[1]);
        Assert.AreEqual(single.Attributions[0], single.Attributions[3]);
        Assert.IsGreaterThan(0, single.Attributions[0]);
    }

    [TestMethod]
    [DataRow("Row is 7, but the data has 1 rows", 7, null, 4)]
    [DataRow("Row is -1", -1, null, 4)]
    [DataRow("ClassIndex is 2; the model has the classes 0 to 1", 0, 2, 4)]
    [DataRow("SquareSize is 0", 0, null, 0)]
    public void Build_OptionThatCannotBe_IsNamed(string sentence, int row, int? classIndex, int square) =>
        Assert.Contains(sentence, Assert.ThrowsExactly<ArgumentException>(() => Explain(
            new() { Row = row, ClassIndex = classIndex, SquareSize = square })).Message);

    [TestMethod]
    public void Explain_TrainedModel_NamesTheFeatures()
    {
        var ml = new MLContext(seed: 1);
        IDataView rows = ml.Transforms.Concatenate("Features", "Number", "Other")
            .Fit(Table(ml)).Transform(Table(ml));
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        SpikingPredictionTransformer model = Flowers.Fit(ml, keyed);

        PredictionExplanation explanation = ml.Model.Explain(model, keyed, new() { Row = 1 });

        Assert.AreSequenceEqual(["Number", "Other"], explanation.Names!);
        Assert.AreEqual("b", explanation.Class);
        Assert.IsGreaterThan(Math.Abs(explanation.Attributions[1]), Math.Abs(explanation.Attributions[0]));
    }

    // The number decides; the other column is always 1.
    private static IDataView Table(MLContext ml) => ml.Data.LoadFromEnumerable(
        Enumerable.Range(0, 120).Select(
            i => new Measurement { Number = i % 2 * 4, Other = 1, Label = i % 2 == 0 ? "a" : "b" }));

    private static PredictionExplanation Explain(ExplanationOptions options)
    {
        var network = new NetworkDefinition([3], 4, new DirectEncoder(),
            [
                new LinearLayer("fc1", 3, 2, hasBias: false), new NeuronLayer("neuron1", new IfNeuron()),
                new LinearLayer("fc2", 2, 2, hasBias: false),
            ], 2);
        var weights = new NetworkWeights(network,
            [
                new("fc1.weight", [2, 3], [1f, 0f, 0f, 0f, 0.5f, 0f]), new("fc2.weight", [2, 2], [1f, 0f, 0f, 1f]),
            ]);
        return ExplanationBuilder.Build(network, weights, HandMade.Rows(([1f, 1f, 1f], 0)).Rows, Classes,
            ["left", "right", "none"], options);
    }

    private sealed class Measurement
    {
        public float Number { get; set; }

        public float Other { get; set; }

        public string Label { get; set; } = "";
    }
}
