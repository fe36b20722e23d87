using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Training;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Conversion;

[TestClass]
public sealed class WeightPruningTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly NetworkDefinition Two = new([2], 2, new DirectEncoder(),
        [
            new LinearLayer("fc1", 2, 2, hasBias: false), new NeuronLayer("neuron1", new ClifNeuron()),
            new LinearLayer("fc2", 2, 2),
        ], 2);

    private static readonly NetworkWeights TwoWeights = new(Two,
        [
            new("fc1.weight", [2, 2], [1f, -2f, 3f, -4f]), new("fc2.weight", [2, 2], [5f, -6f, 7f, 8f]),
            new("fc2.bias", [2], [0.1f, 0.2f]),
        ]);

    [TestMethod]
    [DataRow(PruningScope.Layer, new[] { 0f, 0, 3, -4 }, new[] { 0f, 0, 7, 8 })]
    [DataRow(PruningScope.Network, new[] { 0f, 0, 0, 0 }, new[] { 5f, -6, 7, 8 })]
    public void Apply_Half_SetsTheSmallestToZero(PruningScope scope, float[] first, float[] second)
    {
        NetworkWeights pruned = WeightPruning.Apply(Two, TwoWeights, 0.5, scope);

        Assert.AreSequenceEqual(first, pruned["fc1.weight"].Values.ToArray());
        Assert.AreSequenceEqual(second, pruned["fc2.weight"].Values.ToArray());
        Assert.AreSequenceEqual([0.1f, 0.2f], pruned["fc2.bias"].Values.ToArray());
        Assert.AreEqual(1f, TwoWeights["fc1.weight"].Values.Span[0]);
        Assert.AreSequenceEqual(scope == PruningScope.Layer ? [0.5, 0.5] : [1.0, 0],
            WeightPruning.Count(Two, pruned).Select(layer => layer.Sparsity));
    }

    [TestMethod]
    public void Train_KeepingZeroWeights_LeavesThemZeroAndMovesTheOthers()
    {
        foreach (OptimizerKind optimizer in Enum.GetValues<OptimizerKind>())
        {
            NetworkDefinition network = Toy.Network();
            NetworkWeights start = WeightPruning.Apply(
                network, Toy.Train(Toy.Settings with { Epochs = 1 }).Weights, 0.6, PruningScope.Layer);
            TrainingSettings settings = Toy.Settings with
            {
                Epochs = 2,
                Optimizer = optimizer,
                LearningRate = 0.01,
                GradientClipping = 1,
                GradientAccumulation = 2,
            };

            float[] kept = [.. Toy.Flat(Toy.Train(settings with { KeepsZeroWeights = true }, initial: start).Weights)];
            float[] free = [.. Toy.Flat(Toy.Train(settings, initial: start).Weights)];

            float[] before = Toy.Flat(start);
            int weights = before.Count(value => value == 0);
            Assert.AreEqual(weights, before.Zip(kept).Count(pair => pair is { First: 0, Second: 0 }));
            Assert.IsLessThan(weights / 2, before.Zip(free).Count(pair => pair is { First: 0, Second: 0 }));
            Assert.IsGreaterThan(0.9, before.Zip(kept).Where(pair => pair.First != 0)
                .Average(pair => pair.First != pair.Second ? 1 : 0));
        }
    }

    [TestMethod]
    public void PruneWeights_TrainedChain_GivesAnOrdinaryModelWithTheReportedAccuracy()
    {
        IDataView rows = Ml.Data.LoadFromEnumerable(Flowers.Rows());
        ITransformer model = Ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(Ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(rows);

        PruningReport report = Ml.Model.PruneWeights(model, rows, rows,
            new() { Sparsity = 0.7, Scope = PruningScope.Layer, FineTuning = Flowers.Quick() });

        using var stream = new MemoryStream();
        Ml.Model.Save(report.Model, rows.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = Ml.Model.Load(stream, out _);
        string[] predicted = [.. loaded.Transform(rows).GetColumn<string>("PredictedLabel")];
        Assert.AreEqual(
            report.Accuracy, Flowers.Rows().Zip(predicted).Count(pair => pair.First.Label == pair.Second) / 90d);
        Assert.AreEqual((90L, 1.0), (report.Rows, report.AccuracyBefore));
        Assert.IsGreaterThanOrEqualTo(report.PrunedAccuracy, report.Accuracy);
        Assert.IsGreaterThan(0.9, report.Accuracy);
        Assert.AreEqual(0.7, report.Sparsity, 0.02); // whole weights of small layers
        Assert.Contains("after fine-tuning", report.ToString());
        Assert.StartsWith("Layer,Weights,Zeros,Sparsity\nfc1,64,", report.ToCsv());
        Assert.Contains("\"prunedAccuracy\"", report.ToJson());
    }

    [TestMethod]
    public void PruneWeights_WithoutFineTuning_GivesThePrunedWeights()
    {
        IDataView rows = Ml.Data.LoadFromEnumerable(TwoClasses.Rows());
        SpikingBinaryPredictionTransformer model = TwoClasses.Trainer(Ml).Fit(rows);

        PruningReport report = Ml.Model.PruneWeights(model, rows, rows, new() { Sparsity = 0.5, FineTuning = null });

        Assert.AreEqual(report.PrunedAccuracy, report.Accuracy);
        Assert.IsTrue(report.Layers.All(layer => layer.Zeros == layer.Weights / 2));
        Assert.AreEqual(0, Zeros(model));
        Assert.AreEqual(report.Layers.Sum(layer => layer.Zeros),
            Zeros((SpikingBinaryPredictionTransformer)report.Model));
    }

    [TestMethod]
    public void PruneWeights_ModelOfTwoClasses_IsFineTuned()
    {
        IDataView rows = Ml.Data.LoadFromEnumerable(TwoClasses.Rows());
        PruningReport report = Ml.Model.PruneWeights(
            TwoClasses.Trainer(Ml).Fit(rows), rows, rows, new() { FineTuning = Flowers.Quick() });

        Assert.AreEqual(0.8, report.Sparsity, 0.02);
        Assert.IsGreaterThan(0.8, report.Accuracy);
    }

    [TestMethod]
    [DataRow(1.0, PruningScope.Layer, "Sparsity is 1; it must be from 0 up to, but not including, 1.")]
    [DataRow(-0.1, PruningScope.Layer, "Sparsity is -0.1;")]
    [DataRow(double.NaN, PruningScope.Layer, "Sparsity is NaN;")]
    [DataRow(0.5, (PruningScope)7, "Scope is 7; it must be one of Layer, Network.")]
    public void PruneWeights_OptionOutOfItsRange_IsNamed(double sparsity, PruningScope scope, string sentence)
    {
        IDataView rows = Ml.Data.LoadFromEnumerable(TwoClasses.Rows());
        SpikingBinaryPredictionTransformer model =
            TwoClasses.Trainer(Ml, options => options.Epochs = 1).Fit(rows);

        Assert.Contains(sentence, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Ml.Model.PruneWeights(
            model, rows, rows, new() { Sparsity = sparsity, Scope = scope })).Message);
    }

    [TestMethod]
    public void PruneWeights_NoTestRows_SaysSo()
    {
        IDataView rows = Ml.Data.LoadFromEnumerable(TwoClasses.Rows());
        SpikingBinaryPredictionTransformer model = TwoClasses.Trainer(Ml, options => options.Epochs = 1).Fit(rows);

        Assert.Contains("no row with a label", Assert.ThrowsExactly<InvalidOperationException>(
            () => Ml.Model.PruneWeights(model, rows, Ml.Data.SkipRows(rows, 1_000_000))).Message);
    }

    [TestMethod]
    public void Fit_KeepZeroWeightsWithoutAModel_SaysWhatToDo()
    {
        Assert.Contains("pass the model that it is to continue", Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Flowers.Fit(Ml, Flowers.Keyed(Ml), options => options.KeepZeroWeights = true)).Message);
    }

    private static int Zeros(SpikingBinaryPredictionTransformer model) => model.Model.Weights
        .Where(array => array.Name.EndsWith(".weight", StringComparison.Ordinal))
        .Sum(array => array.Values.ToArray().Count(value => value == 0));
}
