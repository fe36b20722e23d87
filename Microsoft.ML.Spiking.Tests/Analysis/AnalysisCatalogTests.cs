namespace Microsoft.ML.Spiking.Tests.Analysis;

/// <summary>
/// Reports on models as users have them: chains, loaded models, Boolean labels, and models without a report.
/// </summary>
[TestClass]
public sealed class AnalysisCatalogTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [TestMethod]
    public void FiringRates_LoadedChain_SendsRowsThroughTheTransformsBeforeTheNetwork()
    {
        IDataView rows = Ml.Data.LoadFromEnumerable(Flowers.Rows());
        ITransformer model = Ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(Ml.Transforms.NormalizeMinMax("Features"))
            .Append(Ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(rows);
        using var stream = new MemoryStream();
        Ml.Model.Save(model, rows.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = Ml.Model.Load(stream, out _);

        FiringRateReport report = Ml.Model.FiringRates(loaded, rows);

        Assert.AreEqual((90L, 2), (report.Rows, report.TimeSteps));
        Assert.AreSequenceEqual(
            [("a", 30L), ("b", 30L), ("c", 30L)],
            report.Layers.Single().ClassRates.Select(rate => (rate.Class, rate.Rows)));
        Assert.IsTrue(report.MeanRate is > 0 and < 1, report.ToString());
        Assert.AreEqual(report.Layers.Single().ClassRates.Average(rate => rate.Rate), report.MeanRate, 1e-9);
        Assert.AreEqual(report.MeanRate, Ml.Model.FiringRates(model, rows).MeanRate);
        EnergyReport energy = Ml.Model.Energy(loaded, rows, new() { MaximumRows = 10 });
        Assert.AreEqual(10, energy.Rows);
        // The readout's 3 outputs are the accumulates of each spike of the 16 neurons.
        FiringRateReport ten = Ml.Model.FiringRates(loaded, rows, new() { MaximumRows = 10 });
        Assert.AreEqual(ten.MeanRate * 16 * 2 * 3, energy.Accumulates, 1e-9);
    }

    [TestMethod]
    public void FiringRates_DataWithoutLabel_HaveNoClasses()
    {
        IDataView data = Flowers.Keyed(Ml);
        SpikingPredictionTransformer model = Flowers.Fit(Ml, data);

        FiringRateReport report = Ml.Model.FiringRates(
            model, Ml.Transforms.DropColumns("Label").Fit(data).Transform(data));

        Assert.IsEmpty(report.Layers.Single().ClassRates);
    }

    [TestMethod]
    public void FiringRates_ModelWithoutNetwork_SaysSo()
    {
        IDataView data = Flowers.Keyed(Ml);
        ITransformer model = Ml.Transforms.NormalizeMinMax("Features").Fit(data);

        string message = Assert.Throws<ArgumentException>(() => Ml.Model.FiringRates(model, data)).Message;

        Assert.Contains("has no spiking network to report on", message);
    }

    [TestMethod]
    public void FiringRates_MissingFeatures_NamesTheColumns()
    {
        IDataView data = Flowers.Keyed(Ml);
        SpikingPredictionTransformer model = Flowers.Fit(Ml, data);
        IDataView without = Ml.Transforms.DropColumns("Features").Fit(data).Transform(data);

        string message = Assert.Throws<ArgumentException>(() => Ml.Model.FiringRates(model, without)).Message;

        Assert.Contains("The data has no column 'Features'", message);
    }

    [TestMethod]
    public void FiringRates_LabelsThatAreNoKeys_SaysWhatIsNeeded()
    {
        SpikingPredictionTransformer model = Flowers.Fit(Ml, Flowers.Keyed(Ml));
        IDataView texts = Ml.Data.LoadFromEnumerable(Flowers.Rows());

        string message = Assert.Throws<ArgumentException>(() => Ml.Model.FiringRates(model, texts)).Message;

        Assert.Contains("The label column 'Label' is of type String", message);
    }

    [TestMethod]
    public void FiringRates_EmptyData_SaysSo()
    {
        IDataView data = Flowers.Keyed(Ml);
        SpikingPredictionTransformer model = Flowers.Fit(Ml, data);

        string message = Assert.Throws<InvalidOperationException>(
            () => Ml.Model.FiringRates(model, Ml.Data.FilterRowsByColumn(data, "Number", lowerBound: 1e6))).Message;

        Assert.Contains("The data has no rows", message);
    }
}
