using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>
/// Data that a trainer or a model cannot use: refused by Fit, by the shape and by the model, before a row is read.
/// </summary>
[TestClass]
public sealed class InvalidDataContractTests
{
    private readonly MLContext _ml = new(1);

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Fit_InvalidColumns_AreRefusedBeforeARowIsRead()
    {
        var table = new ContractTable(TestContext);
        Subject[] multiclass = Subject.Multiclass(_ml, Flowers.Keyed(_ml));
        Subject[] binary = Subject.Binary(_ml, _ml.Data.LoadFromEnumerable(TwoClasses.Rows()));
        foreach (Subject subject in multiclass.Concat(binary))
        {
            IDataView data = subject.Data;
            CheckFit(table, subject, "no feature column", "Features", Without(data, "Features"));
            CheckFit(table, subject, "no label column", "Label", Without(data, "Label"));
            CheckFit(table, subject, "a feature column of one number", "Features",
                _ml.Transforms.CopyColumns("Features", "Weight").Fit(data).Transform(data));
            CheckFit(table, subject, "a feature column of Double", "Features",
                _ml.Transforms.Conversion.ConvertType("Features", outputKind: DataKind.Double).Fit(data)
                    .Transform(data));
            CheckFit(table, subject, "a label that is a vector", "Label",
                _ml.Transforms.CopyColumns("Label", "Features").Fit(data).Transform(data));
            CheckFit(table, subject, "a label that is text", "Label", binary.Contains(subject)
                ? _ml.Transforms.Conversion.ConvertType("Label", outputKind: DataKind.String).Fit(data).Transform(data)
                : _ml.Data.LoadFromEnumerable(Flowers.Rows()));
        }
        Subject ours = multiclass[^1], oursBinary = binary[^1];
        CheckFit(table, ours, "a feature column of variable length", "Tail", multiclass[0].Data, _ml
            .MulticlassClassification.Trainers.SpikingClif(Named(options => options.FeatureColumnName = "Tail")));
        CheckFit(table, multiclass[0], "a feature column of variable length", "Tail", multiclass[0].Data,
            _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Tail"));
        CheckFit(table, ours, "a label of Single", "Number", multiclass[0].Data, _ml
            .MulticlassClassification.Trainers.SpikingClif(Named(options => options.LabelColumnName = "Number")));
        CheckFit(table, ours, "a Boolean label for several classes", "Label", binary[0].Data);
        CheckFit(table, oursBinary, "a key as a Boolean label", "Label", multiclass[0].Data);
        CheckFit(table, ours, "a weight of Double", "Number", multiclass[0].Data, _ml
            .MulticlassClassification.Trainers.SpikingClif(Named(options =>
                options.ExampleWeightColumnName = "Number")));
        CheckFit(table, oursBinary, "no weight column", "Missing", binary[0].Data, _ml
            .BinaryClassification.Trainers.SpikingClif(Named(options => options.ExampleWeightColumnName = "Missing")));
        table.AssertAllPassed();
    }

    [TestMethod]
    public void Transform_InvalidColumns_AreRefusedBeforeARowIsRead()
    {
        var table = new ContractTable(TestContext);
        foreach (Subject subject in Subject.All(_ml))
        {
            ITransformer model = subject.Trainer.Fit(subject.Data);
            IDataView data = subject.Data;
            foreach ((string fault, IDataView wrong) in new[]
            {
                ("no feature column", Without(data, "Features")),
                ("a feature column of Double",
                    _ml.Transforms.Conversion.ConvertType("Features", outputKind: DataKind.Double).Fit(data)
                        .Transform(data)),
                ("one feature too many",
                    _ml.Transforms.Concatenate("Features", "Features", "Weight").Fit(data).Transform(data)),
            })
            {
                var watched = new WatchedDataView(wrong);
                table.Check(subject, $"{fault}: refused by the transformer's schema", () =>
                    AssertNames(() => model.GetOutputSchema(watched.Schema), "Features"));
                table.Check(subject, $"{fault}: refused by Transform", () =>
                    AssertNames(() => model.Transform(watched), "Features"));
                table.Check(subject, $"{fault}: refused by the row mapper", () =>
                    AssertNames(() => model.GetRowToRowMapper(watched.Schema), "Features"));
                table.Check(subject, $"{fault}: no row was read", () => Assert.AreEqual(0, watched.Opened));
            }
            table.Check(subject, "the label is not needed", () =>
                Assert.IsNotEmpty(RowReader.ReadAll(model.Transform(Without(data, "Label")), "Score")));
        }
        table.AssertAllPassed();
    }

    private static void CheckFit(ContractTable table, Subject subject, string fault, string column, IDataView data,
        IEstimator<ITransformer>? trainer = null)
    {
        trainer ??= subject.Trainer;
        var watched = new WatchedDataView(data);
        table.Check(subject, $"{fault}: refused by Fit", () => AssertNames(() => trainer.Fit(watched), column));
        table.Check(subject, $"{fault}: no row was read", () => Assert.AreEqual(0, watched.Opened));
        table.Check(subject, $"{fault}: refused by the shape", () =>
            AssertNames(() => trainer.GetOutputSchema(Subject.Shape(data.Schema)), column));
    }

    private static void AssertNames(Action action, string column)
    {
        Exception fault = Assert.Throws<Exception>(action);
        Assert.IsTrue(fault is ArgumentException or InvalidOperationException, fault.GetType().Name);
        Assert.Contains(column, fault.Message);
    }

    private static SpikingClifTrainer.Options Named(Action<SpikingClifTrainer.Options> change)
    {
        SpikingClifTrainer.Options options = Flowers.Quick();
        change(options);
        return options;
    }

    private IDataView Without(IDataView data, string column) =>
        _ml.Transforms.DropColumns(column).Fit(data).Transform(data);
}
