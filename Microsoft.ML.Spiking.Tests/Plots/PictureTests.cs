using System.Buffers.Binary;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Analysis;

namespace Microsoft.ML.Spiking.Tests.Plots;

[TestClass]
public sealed class PictureTests
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    public static IEnumerable<(string Name, Func<Picture> Draw)> Pictures =>
    [
        ("rates", () => Rates().DrawRates()), ("steps", () => Rates().DrawStepRates()),
        ("histogram", () => Rates().DrawHistogram("neuron1")), ("raster", () => Rates().Rasters[0].DrawRaster()),
        ("trace", () => Rates().Traces[0].DrawTrace()), ("energy", () => Energy().DrawEnergy()),
        ("operations", () => Energy().DrawOperations()), ("curve", () => Training(epochs: 3).DrawLearningCurve()),
        ("confusion", () => Training().DrawConfusion()), ("reliability", () => Training().DrawReliability()),
        ("vector", () => Why(HandMade.Vector(), HandMade.VectorWeights, [1f]).DrawAttributions()),
        ("image", () => Why(HandMade.Image(), HandMade.ImageWeights, [1f, 0f, 0f, 1f]).DrawAttributions()),
        ("step histogram", () => Rates().DrawStepHistogram("neuron1")), ("classes", () => Rates().DrawClassRates()),
        ("resets", () => Conversion().DrawResets()), ("sparsity", () => Pruning().DrawSparsity()),
        ("temperature", () => Temperature().DrawTemperature()),
        ("early exit", () => EarlyExit().DrawEarlyExit()),
        ("spike times", () => SpikeTimes().DrawSpikeTimes(3)),
        ("horizons", () => HorizonPictures.DrawHorizons("title", [("LIF", [(0, 0.9, 0.01), (1, 0.95, 0.02)])])),
    ];

    [TestMethod]
    [DynamicData(nameof(Pictures))]
    public void Save_EveryPicture_IsAPngAndAnSvgOfTheGivenSize(string name, Func<Picture> draw)
    {
        using var folder = new TemporaryFolder();
        string png = Path.Combine(folder.Path, name + ".png"), svg = Path.Combine(folder.Path, name + ".svg");

        Picture picture = draw();
        picture.SavePng(png, 640, 480);
        picture.SaveSvg(svg, 640, 480);

        byte[] bytes = File.ReadAllBytes(png);
        Assert.AreSequenceEqual(PngSignature, bytes[..8]);
        Assert.AreEqual((640, 480), (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)),
            BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20))));
        Assert.IsGreaterThan(3000, bytes.Length); // a white page has fewer
        string text = File.ReadAllText(svg);
        Assert.Contains("<svg", text);
        Assert.Contains("width=\"640\"", text);
    }

    [TestMethod]
    public void DrawSpikeTimes_RowThatIsNotThere_SaysHowManyThereAre() => Assert.Contains(
        "does not have row 0, only the 1 that SpikeTimes read",
        Assert.ThrowsExactly<ArgumentException>(() => SpikeTimes().DrawSpikeTimes()).Message);

    [TestMethod]
    public void DrawHorizons_BarsOfDeviations_AreWithinTheAxis()
    {
        OxyPlot.Axes.Axis accuracy = HorizonPictures.DrawHorizons(
            "title", [("LIF", [(0, 0.9, 0.01), (1, 0.95, 0.02)]), ("CLIF", [(0, 0.91, 0.03)])]).Plot.Axes[1];

        Assert.IsInRange(86, 88, accuracy.Minimum); // 91 - 3
        Assert.IsInRange(97, 99, accuracy.Maximum); // 95 + 2
    }

    /// <summary>Angles of names: labels beside each other would overlap in a narrow picture.</summary>
    [TestMethod]
    [DataRow("0 1 2 3 4 5 6 7 8 9", 0)]
    [DataRow("setosa versicolor virginica", 0)]
    [DataRow("airplane automobile bird cat deer dog frog horse ship truck", -60)]
    public void Names_TooManyLetters_AreTurned(string names, int angle) =>
        Assert.AreEqual(angle, Plot.Names(OxyPlot.Axes.AxisPosition.Bottom, "class", names.Split(' ')).Angle);

    [TestMethod]
    public void DrawHistogram_LayerThatIsNotThere_NamesThoseThatAre() => Assert.Contains("it has 'neuron1'",
        Assert.ThrowsExactly<ArgumentException>(() => Rates().DrawHistogram("neuron2")).Message);

    [TestMethod]
    public void DrawLearningCurve_ReportWithoutEpochs_SaysWhatIsMissing() => Assert.Contains("MetricsCallback",
        Assert.ThrowsExactly<ArgumentException>(() => Training().DrawLearningCurve()).Message);

    [TestMethod]
    public void SavePng_SizeThatCannotBe_IsRefused() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(
        () => Rates().DrawRates().SavePng("picture.png", width: 5));

    [TestMethod]
    public void DrawClassRates_ReportWithoutClasses_SaysWhatIsMissing() => Assert.Contains("had no label column",
        Assert.ThrowsExactly<ArgumentException>(() => Rates(label: -1).DrawClassRates()).Message);

    [TestMethod]
    public void SavePng_FolderThatIsNotThere_NamesIt()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "missing", "rates.png");
        string sentence = $"there is no folder '{Path.GetDirectoryName(path)}'; create it first.";
        Assert.Contains(sentence,
            Assert.ThrowsExactly<DirectoryNotFoundException>(() => Rates().DrawRates().SavePng(path)).Message);
        Assert.Contains(sentence, Assert.ThrowsExactly<DirectoryNotFoundException>(
            () => Rates().DrawRates().SaveSvg(Path.ChangeExtension(path, "svg"))).Message);
    }

    [TestMethod]
    public void Save_WhereAFolderIs_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string sentence = $"The picture cannot be written: '{folder.Path}' is a folder; name a file in it.";
        Assert.AreEqual(sentence,
            Assert.ThrowsExactly<IOException>(() => Rates().DrawRates().SavePng(folder.Path)).Message);
        Assert.AreEqual(sentence,
            Assert.ThrowsExactly<IOException>(() => Rates().DrawRates().SaveSvg(folder.Path)).Message);
    }

    /// <summary>A folder below a file cannot be written, not even by root.</summary>
    [TestMethod]
    public void SaveInspection_FolderThatCannotBeWritten_IsNamedBeforeAnyWork()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "file.txt"), below = Path.Combine(file, "page");
        File.WriteAllText(file, "");
        var ml = new MLContext(seed: 1);
        IDataView rows = Flowers.Keyed(ml);
        SpikingPredictionTransformer model = Flowers.Fit(ml, rows);

        Assert.AreEqual($"The page cannot be written: '{file}' is a file; name a folder.",
            Assert.ThrowsExactly<IOException>(() => ml.Model.SaveInspection(model, rows, file)).Message);
        Assert.StartsWith($"The page cannot be written to the folder '{below}': ",
            Assert.ThrowsExactly<IOException>(() => ml.Model.SaveInspection(model, rows, below)).Message);
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void SaveInspection_ModelWithoutNetworkOrEmptyData_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        IDataView rows = Flowers.Keyed(ml);
        SpikingPredictionTransformer model = Flowers.Fit(ml, rows);
        ITransformer other = ml.Transforms.NormalizeMinMax("Features").Fit(rows);

        Assert.Contains("The model has 0 spiking networks; one can be inspected.",
            Assert.Throws<ArgumentException>(() => ml.Model.SaveInspection(other, rows, folder.Path)).Message);
        Assert.Contains("The data has no rows", Assert.Throws<InvalidOperationException>(() =>
            ml.Model.SaveInspection(model, ml.Data.FilterRowsByColumn(rows, "Number", lowerBound: 1e6), folder.Path))
            .Message);
        IDataView columns = ml.Transforms.DropColumns("Features").Fit(rows).Transform(rows);
        Assert.Contains("The data has no column 'Features'", Assert.Throws<ArgumentException>(
            () => ml.Model.SaveInspection(model, columns, folder.Path)).Message);
    }

    private static LifConversion Conversion()
    {
        NetworkDefinition network = HandMade.Vector(new ClifNeuron());
        return ClifToLifConverter.Convert(
            network, HandMade.VectorWeights(network), [([1f], 0)], new() { ResetPotentials = [-0.2, 0.1] }).Report;
    }

    private static PruningReport Pruning() => new()
    {
        Rows = 1,
        AccuracyBefore = 0.9,
        PrunedAccuracy = 0.5,
        Accuracy = 0.8,
        Layers = [new() { Layer = "fc1", Weights = 10, Zeros = 5 }],
    };

    private static TemperatureFit Temperature() =>
        TemperatureFit.Of(new([[0.9f, 0.1f], [0.4f, 0.6f]], [0, 0], Skipped: 0));

    private static FiringRateReport Rates(int label = 0)
    {
        NetworkDefinition network = HandMade.Vector(new ClifNeuron());
        AnalysisData rows = HandMade.Rows(([1f], label), ([2f], label == 0 ? 1 : label));
        return FiringRateBuilder.Build(network, HandMade.VectorWeights(network), rows,
            new() { RasterRows = [0], TracedNeurons = [new("neuron1", 0)] });
    }

    private static PredictionExplanation Why(
        NetworkDefinition network, Func<NetworkDefinition, NetworkWeights> weights, float[] row) =>
        ExplanationBuilder.Build(
            network, weights(network), HandMade.Rows((row, 0)).Rows, ["no", "yes"], null, new() { SquareSize = 1 });

    private static EnergyReport Energy()
    {
        NetworkDefinition network = HandMade.Vector(new ClifNeuron());
        return EnergyBuilder.Build(network, HandMade.VectorWeights(network), HandMade.Rows(([1f], 0)), new());
    }

    private static TrainingReport Training(int epochs = 0)
    {
        NetworkDefinition network = HandMade.Vector();
        return TrainingReportBuilder.Build(network, HandMade.VectorWeights(network),
            HandMade.Rows(([1f], 0), ([1f], 1), ([0f], 0)),
            [.. Enumerable.Range(1, epochs).Select(
                epoch => new EpochMetrics { Epoch = epoch, Accuracy = 0.1 * epoch })]);
    }

    private static SpikeTimesReport SpikeTimes() => new()
    {
        Layers =
        [
            new() { Layer = "neuron1", Neurons = 3, Start = 1, End = 2 },
            new() { Layer = "neuron2", Neurons = 2, Start = 2, End = 3.5 },
        ],
        Rows = [new() { Row = 3, Times = [[1.25, double.NaN, 1.5], [double.NaN, 3]] }],
        SpikesPerNeuron = 0.6,
    };

    private static EarlyExitReport EarlyExit() => new()
    {
        Rows = 10,
        SkippedRows = 0,
        TimeSteps = 3,
        MinimumSteps = 1,
        Points =
        [
            new() { Confidence = 0.5, Accuracy = 0.8, MeanSteps = 1.2, EarlyShare = 0.9 },
            new() { Confidence = 0.9, Accuracy = 0.9, MeanSteps = 2.2, EarlyShare = 0.4 },
        ],
        StepAccuracies = [0.7, 0.8, 0.9],
    };
}
