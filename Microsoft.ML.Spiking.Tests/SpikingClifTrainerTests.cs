using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests;

[TestClass]
public sealed class SpikingClifTrainerTests
{
    [TestMethod]
    public void Fit_SeparableClasses_LearnsThem()
    {
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(Flowers.Rows());
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.NormalizeMeanVariance("Features"))
            .Append(ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(data);

        IDataView scored = model.Transform(ml.Data.LoadFromEnumerable(Flowers.Rows(seed: 2)));
        string[] predicted = [.. scored.GetColumn<string>("PredictedLabel")];
        Assert.AreSequenceEqual(Flowers.Rows(seed: 2).Select(row => row.Label).ToArray(), predicted);
    }

    [TestMethod]
    public void Fit_ShortOverload_Trains()
    {
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);

        SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers
            .SpikingClif("Label", "Features", hiddenSizes: [16], timeSteps: 2, epochs: 15, batchSize: 8,
                learningRate: 0.02).Fit(data);

        Assert.IsGreaterThan(0.9, ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
        Assert.AreEqual(2, model.Model.Network.TimeSteps);
    }

    [TestMethod]
    public void Fit_SparseFeatures_GivesTheModelOfDenseOnes()
    {
        var ml = new MLContext(1);
        List<Flower> rows = Flowers.Rows(30);
        rows.ForEach(row => row.Features[2] = row.Features[3] = row.Features[1] = 0);
        IDataView dense = Flowers.Keyed(ml, rows);
        IDataView sparse = ml.Transforms.CustomMapping<DenseRow, SparseRow>((source, target) =>
        {
            float[] values = source.Features.GetValues().ToArray();
            target.Features = new VBuffer<float>(4, 1, [values[0]], [0]);
        }, null).Fit(dense).Transform(dense);

        float[] fromDense = Weights(Flowers.Fit(ml, dense));
        float[] fromSparse = Weights(Flowers.Fit(ml, sparse));

        Assert.AreSequenceEqual(fromDense, fromSparse);
    }

    [TestMethod]
    public void Fit_ContextSeed_DecidesWhereOptionsDoNot()
    {
        float[] Train(int? context, int? own)
        {
            var ml = new MLContext(context);
            return Weights(Flowers.Fit(ml, Flowers.Keyed(ml), options => (options.Seed, options.Epochs) = (own, 1)));
        }

        Assert.AreSequenceEqual(Train(5, null), Train(5, null));
        Assert.AreSequenceEqual(Train(5, 7), Train(6, 7));
        Assert.AreSequenceEqual(Train(5, null), Train(6, 5));
        Assert.AreNotSequenceEqual(Train(5, null), Train(6, null));
        Assert.AreNotSequenceEqual(Train(null, null), Train(null, null));
    }

    [TestMethod]
    public void Fit_ClassThatDoesNotOccur_StillHasItsScore()
    {
        var ml = new MLContext(1);
        IDataView all = Flowers.Keyed(ml);
        IDataView two = ml.Data.FilterRowsByKeyColumnFraction(all, "Label", 0, 0.66);
        Assert.HasCount(2, two.GetColumn<uint>("Label").Distinct().ToArray());

        SpikingPredictionTransformer model = Flowers.Fit(ml, two);

        Assert.AreEqual(3, model.Model.Network.ClassCount);
        Assert.HasCount(3, model.Transform(all).GetColumn<float[]>("Score").First());
    }

    [TestMethod]
    public void Fit_ExampleWeights_ChangeTheModel()
    {
        var ml = new MLContext(1);
        List<Flower> rows = Flowers.Rows(30);
        rows[0].Weight = 50;
        IDataView data = Flowers.Keyed(ml, rows);

        float[] without = Weights(Flowers.Fit(ml, data));
        float[] with = Weights(Flowers.Fit(ml, data, options => options.ExampleWeightColumnName = "Weight"));

        Assert.AreNotSequenceEqual(without, with);
    }

    [TestMethod]
    public void Fit_SkippedRows_AreLeftOutWithOneWarning()
    {
        var ml = new MLContext(1);
        List<Flower> good = Flowers.Rows(30);
        List<Flower> rows = [.. good];
        rows.Insert(3, Bad(row => row.Features[1] = float.NaN));
        rows.Insert(7, Bad(row => row.Features[0] = float.PositiveInfinity));
        rows.Insert(9, Bad(row => row.Label = ""));
        rows.Insert(12, Bad(row => row.Weight = 0));
        rows.Insert(13, Bad(row => row.Weight = float.NaN));
        rows.Insert(14, Bad(row => row.Weight = -1));
        var warnings = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning)
            {
                warnings.Add(e.RawMessage);
            }
        };
        void Weighted(SpikingClifTrainer.Options options) => options.ExampleWeightColumnName = "Weight";

        float[] expected = Weights(Flowers.Fit(ml, Keyed(ml, good), Weighted));
        warnings.Clear();
        float[] actual = Weights(Flowers.Fit(ml, Keyed(ml, rows), Weighted));

        Assert.AreSequenceEqual(expected, actual);
        Assert.AreEqual("Rows of the training data were skipped: 6 of 36 (2 with missing or infinite features, 1 " +
            "without a label, 3 with an example weight that is missing, infinite or not greater than 0).",
            warnings.Single());
    }

    [TestMethod]
    public void Fit_ValidationData_KeepsTheBestEpochAndReportsEach()
    {
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);
        var metrics = new List<EpochMetrics>();
        SpikingClifTrainer.Options options = Flowers.Quick();
        options.MetricsCallback = metrics.Add;

        SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data, data);

        Assert.HasCount(options.Epochs!.Value, metrics);
        double best = metrics.Max(epoch => epoch.ValidationAccuracy!.Value);
        Assert.AreEqual(best, ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy, 1e-9);
        Assert.IsTrue(metrics.All(epoch => epoch.ValidationLoss is > 0 && epoch.MeanFiringRate is >= 0 and <= 1));
    }

    [TestMethod]
    public void Fit_EachEpoch_LogsOneLine()
    {
        var ml = new MLContext(1);
        var lines = new List<string>();
        ml.Log += (_, e) => lines.Add(e.RawMessage);
        IDataView data = Flowers.Keyed(ml);

        ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()).Fit(data, data);

        string[] epochs = [.. lines.Where(line => line.StartsWith("Epoch ", StringComparison.Ordinal))];
        Assert.HasCount(8, epochs);
        for (int i = 0; i < epochs.Length; i++)
        {
            Assert.MatchesRegex(string.Create(CultureInfo.InvariantCulture,
                $@"^Epoch {i + 1}/8: loss \d+\.\d{{4}}, accuracy [01]\.\d{{4}}, validation accuracy [01]\.\d{{4}}, " +
                $@"\d+ rows/s, mean firing rate [01]\.\d{{4}}$"), epochs[i]);
        }
    }

    [TestMethod]
    public void Fit_CallbackThrows_ReachesTheCaller()
    {
        var ml = new MLContext(1);
        var thrown = new InvalidTimeZoneException("stop");

        Exception caught = Assert.Throws<Exception>(() => Flowers.Fit(ml, Flowers.Keyed(ml),
            options => options.MetricsCallback = metrics =>
                throw (metrics.Epoch == 2 ? thrown : new ArgumentException("too early"))));

        Assert.AreEqual("too early", caught.Message);
        caught = Assert.Throws<Exception>(() => Flowers.Fit(ml, Flowers.Keyed(ml),
            options => options.MetricsCallback = metrics => _ = metrics.Epoch == 2 ? throw thrown : 0));
        Assert.AreSame(thrown, caught);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Fit_CallbackThrowsACancellationOfItsOwn_ReachesTheCaller(bool afterBatch)
    {
        var ml = new MLContext(1);
        using var source = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        other.Cancel();
        var thrown = new OperationCanceledException("mine", other.Token);

        Exception caught = Assert.Throws<Exception>(() => Flowers.Fit(ml, Flowers.Keyed(ml), options =>
        {
            (options.CancellationToken, options.KeepBestOnCancellation) = (source.Token, true);
            options.MetricsCallback = metrics => _ = metrics.Epoch == 2 && !afterBatch ? throw thrown : 0;
            options.ProgressCallback = progress => _ = progress.Epoch == 2 && afterBatch ? throw thrown : 0;
        }));

        Assert.AreSame(thrown, caught);
    }

    [TestMethod]
    public void Info_SaysThatTrainingCanBeContinued()
    {
        TrainerInfo info = new MLContext().MulticlassClassification.Trainers.SpikingClif().Info;

        bool Says(string name) => (bool)typeof(TrainerInfo)
            .GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!.GetValue(info)!;
        Assert.IsTrue(Says("SupportsIncrementalTraining"));
        Assert.IsTrue(Says("SupportsValidation"));
        Assert.IsFalse(info.NeedNormalization);
    }

    [TestMethod]
    public void Fit_MemoryBudgetOfOneByte_ReadsTheRowsAgainAndLearns()
    {
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);

        SpikingPredictionTransformer model =
            Flowers.Fit(ml, data, options => (options.MemoryBudget, options.Epochs) = (1, 20));

        Assert.IsGreaterThan(0.9, ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
    }

    [TestMethod]
    public void Fit_OnlyTheNeededColumns_AreRead()
    {
        var ml = new MLContext(1);
        IDataView poisoned =
            ml.Transforms.CustomMapping<DenseRow, PoisonedColumn>((_, target) => target.Poison = 0, null)
            .Fit(Flowers.Keyed(ml)).Transform(Flowers.Keyed(ml));
        var watched = new WatchedDataView(poisoned);

        Flowers.Fit(ml, watched);

        Assert.AreSequenceEqual(new[] { "Features", "Label" },
            watched.ActiveColumns.Order(StringComparer.Ordinal).ToArray());
        Assert.AreEqual(watched.Opened, watched.Disposed);
        Assert.IsGreaterThan(0, watched.Opened);
    }

    [TestMethod]
    public void GetOutputSchema_Shapes_AreThoseOfTheTransformer()
    {
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);
        SpikingClifTrainer trainer = ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick());
        SchemaShape promised = trainer.GetOutputSchema(Shape(data.Schema));

        SchemaShape actual = Shape(trainer.Fit(data).GetOutputSchema(data.Schema));

        foreach (string name in new[] { "PredictedLabel", "Score", "Features", "Name" })
        {
            SchemaShape.Column expected = promised.Single(column => column.Name == name);
            SchemaShape.Column found = actual.Single(column => column.Name == name);
            Assert.AreEqual(expected.Kind, found.Kind);
            Assert.AreEqual(expected.ItemType, found.ItemType);
            Assert.AreEqual(expected.IsKey, found.IsKey);
            Assert.AreSequenceEqual(expected.Annotations.Select(column => column.Name).Order(StringComparer.Ordinal)
                .ToArray(),
                found.Annotations.Select(column => column.Name).Order(StringComparer.Ordinal).ToArray());
        }
    }

    private static SchemaShape Shape(DataViewSchema schema) => (SchemaShape)typeof(SchemaShape)
        .GetMethod("Create",
            System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!.Invoke(null, [schema])!;

    private static IDataView Keyed(MLContext ml, IEnumerable<Flower> rows)
    {
        // The keys come from other data, so that a label that is not among them is missing.
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(ml.Data.LoadFromEnumerable(Flowers.Rows(30)))
            .Transform(data);
    }

    private static Flower Bad(Action<Flower> change)
    {
        Flower row = Flowers.Rows(1)[0];
        change(row);
        return row;
    }

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private sealed class DenseRow
    {
        [VectorType(4)]
        public VBuffer<float> Features { get; set; }
    }

    private sealed class SparseRow
    {
        [VectorType(4)]
        public VBuffer<float> Features { get; set; }
    }

    private sealed class PoisonedColumn
    {
        public int Poison { get; set; }
    }
}
