using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Sweeps.Data;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Data;

[TestClass]
public sealed class RowSplitTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    [DataRow(null)]
    [DataRow(3)]
    public void SweepSpikingClif_ClassesThatOccurOnce_AreScoredByTheBestModel(int? folds)
    {
        IDataView data = _ml.Data.LoadFromEnumerable(WithRareKinds());
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.Folds, settings.MaximumTrials, settings.Trainer.Epochs) = (folds, 1, 1);
        for (int seed = 1; seed <= 5; seed++)
        {
            settings.Seed = seed;
            ITransformer model = _ml.MulticlassClassification.SweepSpikingClif(data, settings).BestModel;
            Assert.HasCount(5, model.Transform(data).GetColumn<float[]>("Score").First());
        }
    }

    [TestMethod]
    public void Split_Fraction_GivesEachClassItsShare()
    {
        List<Pebble> rows =
            [.. Pebbles.Rows(100, 1).Where((row, index) => row.Kind != "c" || index < 30), .. WithRareKinds()[^2..]];
        (Pebble[] train, Pebble[] validation) = Split(rows, new() { ValidationFraction = 0.25 }).Single();

        Assert.HasCount(rows.Count, train.Concat(validation));
        Assert.AreEqual(0.25 * rows.Count, validation.Length, 2);
        foreach (string kind in new[] { "a", "b", "c" })
        {
            Assert.AreEqual(0.25 * rows.Count(row => row.Kind == kind), validation.Count(row => row.Kind == kind), 1);
        }
        Assert.HasCount(5, train.Select(row => row.Kind).Distinct());
    }

    [TestMethod]
    public void Split_Folds_MeasureEachRowOnceAndTrainOnEveryClass()
    {
        List<Pebble> rows = WithRareKinds();
        (Pebble[] Train, Pebble[] Validation)[] folds = Split(rows, new() { Folds = 4 });

        Assert.HasCount(rows.Count - 2, folds.SelectMany(fold => fold.Validation.Select(row => row.Width)).Distinct());
        foreach ((Pebble[] train, Pebble[] validation) in folds)
        {
            Assert.HasCount(rows.Count, train.Concat(validation));
            Assert.HasCount(5, train.Select(row => row.Kind).Distinct());
            Assert.AreEqual(rows.Count / 4.0, validation.Length, 3);
            Assert.HasCount(3, validation.Select(row => row.Kind).Distinct());
        }
    }

    /// <summary>Ten groups of fifteen rows, with all of one class in a single group.</summary>
    [TestMethod]
    [DataRow(null)]
    [DataRow(5)]
    public void Split_SamplingKey_KeepsRowsTogether(int? folds)
    {
        List<Pebble> rows = Pebbles.Rows(150, 1);
        foreach ((int index, Pebble row) in rows.Index())
        {
            row.Height = index / 15;
            row.Kind = row.Height == 4 ? "rare" : row.Kind;
        }
        foreach ((Pebble[] train, Pebble[] validation) in
            Split(rows, new() { Folds = folds, SamplingKeyColumnName = nameof(Pebble.Height) }))
        {
            Assert.IsEmpty(train.Select(row => row.Height).Intersect(validation.Select(row => row.Height)));
            Assert.IsNotEmpty(validation);
            Assert.HasCount(4, train.Select(row => row.Kind).Distinct());
        }
    }

    [TestMethod]
    public void Split_AnotherSeed_HoldsOutOtherRows()
    {
        List<Pebble> rows = Pebbles.Rows(60, 1);
        float[][] held = [.. new[] { 1, 1, 2 }.Select(seed =>
            Split(rows, new(), seed).Single().Validation.Select(row => row.Width).ToArray())];
        Assert.AreSequenceEqual(held[0], held[1]);
        Assert.AreNotEqual(string.Join(' ', held[0]), string.Join(' ', held[2]));
    }

    [TestMethod]
    public void Split_TooFewRows_SaysHowMany()
    {
        Refused("The data has 3 rows; 4 folds needs at least 4.", Pebbles.Rows(3, 1), new() { Folds = 4 });
        Refused("The data has 1 rows; holding rows out needs at least 2.", Pebbles.Rows(1, 1), new());
        Refused("No rows are left to be held out", Pebbles.Rows(3, 1), new());
        Refused("the data has no such column", Pebbles.Rows(9, 1), new() { SamplingKeyColumnName = "Group" });
        Refused("has vectors; rows can only be kept together by single values", Pebbles.Rows(9, 1),
            new() { SamplingKeyColumnName = nameof(Pebble.Color) });

        void Refused(string expected, List<Pebble> rows, SweepSettings settings) =>
            Assert.Contains(expected, Assert.ThrowsExactly<ArgumentException>(() => Split(rows, settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_ValidationLabelsThatWereNotTrainedOn_SaysSo()
    {
        var lines = new List<string>();
        _ml.Log += (_, entry) => lines.Add(entry.RawMessage);
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.MaximumTrials, settings.Trainer.Epochs) = (1, 1);
        _ml.MulticlassClassification.SweepSpikingClif(
            Pebbles.Data(_ml), _ml.Data.LoadFromEnumerable(WithRareKinds()), settings);

        Assert.Contains(
            "2 of 92 validation rows have no label in column 'Label', or labels that do not occur in the training " +
            "rows; trials are not measured on them.", lines);
    }

    private static List<Pebble> WithRareKinds()
    {
        List<Pebble> rows = Pebbles.Rows(92, 1);
        (rows[^2].Kind, rows[^1].Kind) = ("d", "e");
        return rows;
    }

    private (Pebble[] Train, Pebble[] Validation)[] Split(List<Pebble> rows, SweepSettings settings, int seed = 3)
    {
        IDataView data = _ml.Data.LoadFromEnumerable(rows);
        IDataView labels = _ml.Transforms.Conversion.MapValueToKey("Label", "Kind").Fit(data).Transform(data);
        return
        [
            .. RowSplit.Split(data, labels, settings, seed).Select(pair => (Read(pair.Train), Read(pair.Validation))),
        ];

        Pebble[] Read(IDataView view) => [.. _ml.Data.CreateEnumerable<Pebble>(view, reuseRowObject: false)];
    }
}
