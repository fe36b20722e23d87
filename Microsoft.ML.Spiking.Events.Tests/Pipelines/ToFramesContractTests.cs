using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tests;
using Microsoft.ML.Spiking.Tests.Contract;

namespace Microsoft.ML.Spiking.Events.Tests.Pipelines;

/// <summary>
/// ToFrames as an ML.NET transform: the contract that the trainers are held to, and CopyColumns beside it.
/// </summary>
[TestClass]
public sealed class ToFramesContractTests
{
    private const int Rows = 200;

    private static readonly EventFrameOptions Options = new()
    {
        SensorWidth = 6,
        SensorHeight = 4,
        Windows = EventWindows.Grid(3, 100),
        MaximumValue = 2.5f,
    };

    private readonly MLContext _ml = new(1);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Schema_PromisedAndGiven_AreTheSame(bool isStock)
    {
        IDataView data = Recordings();
        IEstimator<ITransformer> estimator = Estimator(isStock);
        SchemaShape promised = estimator.GetOutputSchema(ShapeOf(data.Schema));
        ITransformer transformer = estimator.Fit(data);
        DataViewSchema given = transformer.Transform(data).Schema;

        Assert.AreSequenceEqual(Describe(promised), Describe(ShapeOf(given)));
        Assert.AreSequenceEqual(Describe(given), Describe(transformer.GetOutputSchema(data.Schema)));
        Assert.AreSequenceEqual(
            Describe(given), Describe(transformer.GetRowToRowMapper(data.Schema).OutputSchema));
        Assert.AreSequenceEqual(
            Describe(given), Describe(Reload(transformer, data.Schema).GetOutputSchema(data.Schema)));
        Assert.AreSequenceEqual(Describe(data.Schema), Describe(given)[..data.Schema.Count]);
        Assert.HasCount(data.Schema.Count + 1, given);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Cursor_EveryWayToRead_GivesTheSameRows(bool isStock)
    {
        IDataView frames = Estimator(isStock).Fit(Recordings()).Transform(Recordings());
        var rows = RowReader.ReadAll(frames.GetRowCursor(frames.Schema));
        Dictionary<DataViewRowId, object[]> byId = rows.ToDictionary(row => row.Id, row => row.Values);

        Assert.HasCount(Rows, byId);
        foreach (int cursors in new[] { 1, 3, 8 })
        {
            DataViewRowCursor[] set = frames.GetRowCursorSet(frames.Schema, cursors);
            AssertPermuted(byId, [.. set.AsParallel().WithDegreeOfParallelism(set.Length)
                .WithExecutionMode(ParallelExecutionMode.ForceParallelism).SelectMany(RowReader.ReadAll)]);
        }
        AssertPermuted(byId, RowReader.ReadAll(frames.GetRowCursor(frames.Schema, new Random(1))));
        foreach (DataViewSchema.Column column in frames.Schema)
        {
            var alone = RowReader.ReadAll(frames.GetRowCursor([column]));
            Assert.AreSequenceEqual(rows.Select(row => row.Id).ToArray(), alone.Select(row => row.Id).ToArray());
            foreach ((var one, var other) in rows.Zip(alone))
            {
                RowReader.AssertSame([one.Values[column.Index]], other.Values, $"{column.Name}, row {one.Id}");
            }
        }
        Assert.HasCount(Rows, RowReader.ReadAll(frames.GetRowCursor([])));
        using DataViewRowCursor labels = frames.GetRowCursor([frames.Schema["Label"]]);
        Assert.IsFalse(labels.IsColumnActive(frames.Schema["Frames"]));
        Assert.Throws<Exception>(() => labels.GetGetter<VBuffer<float>>(frames.Schema["Frames"]));
        using DataViewRowCursor all = frames.GetRowCursor(frames.Schema);
        Assert.Throws<Exception>(() => all.GetGetter<double>(frames.Schema["Frames"]));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void RowMapper_OfEachRow_GivesWhatTheCursorDoes(bool isStock)
    {
        IDataView data = Recordings();
        ITransformer transformer = Estimator(isStock).Fit(data);
        object[][] expected = RowReader.ReadAll(transformer.Transform(data), "Frames");
        IRowToRowMapper mapper = transformer.GetRowToRowMapper(data.Schema);
        DataViewSchema.Column output = mapper.OutputSchema["Frames"];
        DataViewSchema.Column[] needed = [.. mapper.GetDependencies([output])];

        Assert.AreSequenceEqual(new[] { "Recording" }, needed.Select(column => column.Name).ToArray());
        using DataViewRowCursor input = data.GetRowCursor(needed);
        using DataViewRow row = mapper.GetRow(input, [output]);
        Func<object> reader = RowReader.Of(row, output);
        int count = 0;
        for (; input.MoveNext(); count++)
        {
            Assert.AreEqual(input.Position, row.Position);
            RowReader.AssertSame(expected[count], [reader()], $"row {count}");
        }
        Assert.AreEqual(Rows, count);
    }

    [TestMethod]
    [DataRow("en-US")]
    [DataRow("de-DE")]
    [DataRow("ar-SA")]
    public void Load_SavedInAnyCulture_GivesTheSameValues(string culture)
    {
        IDataView data = Recordings();
        object[][] expected = RowReader.ReadAll(Estimator(isStock: false).Fit(data).Transform(data), "Frames");
        CultureInfo ours = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            ITransformer chain = _ml.Transforms.Conversion.MapValueToKey("Label")
                .Append(Estimator(isStock: false)).Fit(data);
            ITransformer loaded = Reload(Reload(chain, data.Schema), data.Schema);
            object[][] actual = RowReader.ReadAll(loaded.Transform(data), "Frames");
            for (int i = 0; i < expected.Length; i++)
            {
                RowReader.AssertSame(expected[i], actual[i], $"row {i}");
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = ours;
        }
    }

    [TestMethod]
    [DataRow("no column of recordings")]
    [DataRow("a column of text")]
    public void Columns_ThatAreWrong_AreRefusedBeforeARowIsRead(string fault)
    {
        IDataView data = Recordings();
        ITransformer transformer = Estimator(isStock: false).Fit(data);
        IDataView without = _ml.Transforms.DropColumns("Recording").Fit(data).Transform(data);
        var wrong = new WatchedDataView(fault == "a column of text"
            ? _ml.Transforms.CopyColumns("Recording", "Label").Fit(without).Transform(without) : without);

        AssertNames(() => Estimator(isStock: false).Fit(wrong));
        AssertNames(() => Estimator(isStock: false).GetOutputSchema(ShapeOf(wrong.Schema)));
        AssertNames(() => transformer.GetOutputSchema(wrong.Schema));
        AssertNames(() => transformer.Transform(wrong));
        AssertNames(() => transformer.GetRowToRowMapper(wrong.Schema));
        Assert.AreEqual(0, wrong.Opened);
    }

    [TestMethod]
    public void Cursor_WithoutTheFrames_ReadsNoFile()
    {
        IDataView data = _ml.Data.LoadFromEventFiles([new EventRecording("missing.es", "a")]);
        IDataView frames = Estimator(isStock: false).Fit(data).Transform(data);

        Assert.AreEqual("a", RowReader.ReadAll(frames.GetRowCursor([frames.Schema["Label"]])).Single().Values[0]);
        Assert.Contains("missing.es",
            Assert.Throws<Exception>(() => RowReader.ReadAll(frames, "Frames")).GetBaseException().Message);
    }

    private IEstimator<ITransformer> Estimator(bool isStock) => isStock
        ? _ml.Transforms.CopyColumns("Frames", "Recording")
        : _ml.Transforms.Events.ToFrames("Frames", "Recording", Options);

    private IDataView Recordings() => _ml.Data.LoadFromEventFiles(Enumerable.Range(0, Rows).Select(i =>
    {
        var random = new Random(i);
        Event[] events = [.. Enumerable.Range(0, 60).Select(_ => (long)random.Next(300)).Order().Select(time =>
            new Event(time, (ushort)random.Next(6), (ushort)random.Next(4), random.Next(2) == 1))];
        return new EventRecording(events, $"{i % 3}");
    }));

    private static ITransformer Reload(ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        new MLContext().Model.Save(model, schema, stream);
        return new MLContext().Model.Load(stream, out _);
    }

    private static void AssertNames(Action action)
    {
        Exception fault = Assert.Throws<Exception>(action);
        Assert.IsTrue(fault is ArgumentException or InvalidOperationException, fault.GetType().Name);
        Assert.Contains("Recording", fault.Message);
    }

    private static void AssertPermuted(
        Dictionary<DataViewRowId, object[]> expected, List<(DataViewRowId Id, object[] Values)> actual)
    {
        Assert.HasCount(expected.Count, actual.Select(row => row.Id).Distinct().ToArray());
        Assert.HasCount(expected.Count, actual);
        foreach ((DataViewRowId id, object[] values) in actual)
        {
            RowReader.AssertSame(expected[id], values, $"row {id}");
        }
    }

    private static string[] Describe(DataViewSchema schema) => [.. schema.Select(column =>
        $"{column.Name} {column.Type} {string.Join(",", column.Annotations.Schema.Select(kind => kind.Name))}")];

    private static string[] Describe(SchemaShape shape) => [.. shape.Select(column =>
        $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey}").Order(StringComparer.Ordinal)];

    // What an estimator chain asks its estimators with; ML.NET does not show it to others.
    private static SchemaShape ShapeOf(DataViewSchema schema) => (SchemaShape)typeof(SchemaShape)
        .GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [schema])!;
}
