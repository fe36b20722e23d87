namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>
/// The schema that is promised before there is data, the transformer's schema, and the schema of its output.
/// </summary>
[TestClass]
public sealed class SchemaContractTests
{
    private readonly MLContext _ml = new(1);

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Schema_PromisedAndGiven_AreTheSame()
    {
        var table = new ContractTable(TestContext);
        foreach (Subject subject in Subject.All(_ml))
        {
            SchemaShape promised = subject.Trainer.GetOutputSchema(Subject.Shape(subject.Data.Schema));
            ITransformer model = subject.Trainer.Fit(subject.Data);
            DataViewSchema announced = model.GetOutputSchema(subject.Data.Schema);
            DataViewSchema given = model.Transform(subject.Data).Schema;
            DataViewSchema mapped = model.GetRowToRowMapper(subject.Data.Schema).OutputSchema;
            SchemaShape shape = Subject.Shape(given);

            table.Check(subject, "every column promised is given, of that kind and type", () =>
            {
                foreach (SchemaShape.Column column in promised)
                {
                    SchemaShape.Column found = shape.Single(other => other.Name == column.Name);
                    Assert.AreEqual(
                        (column.Kind, column.ItemType, column.IsKey), (found.Kind, found.ItemType, found.IsKey),
                            column.Name);
                }
            });
            table.Check(subject, "no column is given that was not promised", () => Assert.AreSequenceEqual(
                promised.Select(column => column.Name).Order(StringComparer.Ordinal).ToArray(),
                shape.Select(column => column.Name).Order(StringComparer.Ordinal).ToArray()));
            table.Check(subject, "every annotation promised is given, of that type", () =>
            {
                foreach (SchemaShape.Column column in promised)
                {
                    string[] annotations = Annotations(shape.Single(other => other.Name == column.Name));
                    Assert.IsEmpty(Annotations(column).Except(annotations), column.Name);
                }
            });
            table.Check(subject, "the transformer's schema is that of its data", () => AssertSame(announced, given));
            table.Check(subject, "the row mapper's schema is that of its data", () => AssertSame(announced, mapped));
            table.Check(subject, "the input's columns come first, unchanged", () => Assert.AreSequenceEqual(
                subject.Data.Schema.Select(Subject.Describe).ToArray(),
                given.Take(subject.Data.Schema.Count).Select(Subject.Describe).ToArray()));
            table.Check(subject, "a loaded transformer has the same schema", () =>
                AssertSame(announced, Subject.Reload(model, subject.Data.Schema).GetOutputSchema(subject.Data.Schema)));
        }
        table.AssertAllPassed();
    }

    /// <summary>Columns, types and annotations, in order.</summary>
    [TestMethod]
    public void Schema_BesideThreeStockTrainers_IsTheirs()
    {
        var table = new ContractTable(TestContext);
        foreach ((string labels, Subject[] subjects) in new[]
        {
            ("text labels", Subject.Multiclass(_ml, Flowers.Keyed(_ml))),
            ("whole numbers as labels", Subject.Multiclass(_ml, Labels.Keyed(_ml, i => i % 3 * 10))),
            ("numbers as labels", Subject.Multiclass(_ml, Labels.Keyed(_ml, i => i % 3 / 2f))),
            ("keys without values", Subject.Multiclass(_ml, Labels.Bare(_ml))),
            ("Boolean labels", Subject.Binary(_ml, _ml.Data.LoadFromEnumerable(TwoClasses.Rows()))),
        })
        {
            Subject ours = subjects.Single(subject => subject.IsOurs);
            DataViewSchema schema = ours.Trainer.Fit(ours.Data).GetOutputSchema(ours.Data.Schema);
            string[] shape = Shape(ours);
            foreach (Subject stock in subjects.Where(subject => !subject.IsOurs))
            {
                table.Check(ours, $"{labels}: the schema of {stock.Name}", () =>
                    AssertSame(stock.Trainer.Fit(stock.Data).GetOutputSchema(stock.Data.Schema), schema));
                table.Check(ours, $"{labels}: the shape of {stock.Name}", () =>
                    Assert.AreSequenceEqual(Shape(stock), shape));
            }
        }
        table.AssertAllPassed();
    }

    private static string[] Shape(Subject subject) =>
        [.. subject.Trainer.GetOutputSchema(Subject.Shape(subject.Data.Schema)).Select(Subject.Describe)];

    private static string[] Annotations(SchemaShape.Column column) =>
        [.. column.Annotations.Select(kind => $"{kind.Name} {kind.Kind} {kind.ItemType} {kind.IsKey}")];

    private static void AssertSame(DataViewSchema expected, DataViewSchema actual) => Assert.AreSequenceEqual(
        expected.Select(Subject.Describe).ToArray(), actual.Select(Subject.Describe).ToArray());
}
