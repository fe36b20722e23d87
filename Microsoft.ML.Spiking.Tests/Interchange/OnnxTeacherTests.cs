using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Export.Onnx;
using Microsoft.ML.Spiking.Interchange;

namespace Microsoft.ML.Spiking.Tests.Interchange;

[TestClass]
public sealed class OnnxTeacherTests
{
    private static readonly OnnxTeacherOptions Probabilities =
        new() { OutputName = "Score", GivesProbabilities = true, NumberOfThreads = 1 };

    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Score_ExportedNetwork_GivesItsLogitsUpToAConstant()
    {
        IDataView data = Flowers.Keyed(_ml);
        using var folder = new TemporaryFolder();
        (SpikingPredictionTransformer model, string path) = Exported(data, folder);
        using var teacher = new OnnxTeacher(path, Probabilities);
        float[] features = [.. Flowers.Rows().SelectMany(flower => flower.Features)];
        float[] logits = new float[90 * 3];

        teacher.Score(features, 90, logits);

        Assert.AreEqual((4, 3), (teacher.FeatureCount, teacher.ClassCount));
        float[] expected = [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];
        for (int i = 0; i < logits.Length; i++)
        {
            Assert.AreEqual(expected[i], MathF.Exp(logits[i]), 1e-5f);
        }
        model.Dispose();
    }

    [TestMethod]
    public void Fit_TaughtByAnExportedNetwork_LearnsItsLabelsAndResumesToTheBit()
    {
        IDataView data = Flowers.Keyed(_ml);
        using var folder = new TemporaryFolder();
        (SpikingPredictionTransformer model, string path) = Exported(data, folder);
        using var teacher = new OnnxTeacher(path, Probabilities);
        List<Flower> rows = Flowers.Rows();
        rows.ForEach(row => row.Label = row.Label == "a" ? "b" : row.Label == "b" ? "c" : "a");
        IDataView unkeyed = _ml.Data.LoadFromEnumerable(rows);
        // The keys of the right labels.
        IDataView wrong = _ml.Transforms.Conversion.MapValueToKey("Label",
            keyData: _ml.Data.LoadFromEnumerable("abc".Select(label => new { Label = label.ToString() })))
            .Fit(unkeyed).Transform(unkeyed);
        string checkpoints = Path.Combine(folder.Path, "checkpoints");
        using var source = new CancellationTokenSource();

        using SpikingPredictionTransformer taught = Fit(wrong, teacher);
        Assert.Throws<OperationCanceledException>(() => Fit(wrong, teacher, options =>
        {
            (options.CheckpointFolder, options.CancellationToken) = (checkpoints, source.Token);
            options.ProgressCallback = progress =>
            {
                if (progress is { Epoch: 3, Rows: 32 })
                {
                    source.Cancel();
                }
            };
        }));
        using var other = new OnnxTeacher(path, new() { OutputName = "Score", GivesProbabilities = true, Means = [1] });
        string refused = Assert.Throws<InvalidOperationException>(
            () => Fit(wrong, other, options => options.CheckpointFolder = checkpoints)).Message;
        using SpikingPredictionTransformer resumed =
            Fit(wrong, teacher, options => options.CheckpointFolder = checkpoints);

        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(taught.Transform(data)).MicroAccuracy);
        Assert.Contains("TeacherIdentity", refused);
        Assert.AreSequenceEqual(Weights(taught), Weights(resumed));
        model.Dispose();
    }

    [TestMethod]
    public void Score_MeansAndStandardDeviations_AreOfTheFirstDimension()
    {
        using var folder = new TemporaryFolder();
        using var teacher = new OnnxTeacher(
            Model(folder, [null, 2, 2], [null, 4]), new() { Means = [1, 2], StandardDeviations = [0.5f, 4] });
        float[] logits = new float[8];

        teacher.Score([1, 2, 3, 4, 5, 6, 7, 8], 2, logits);

        Assert.AreSequenceEqual(new[] { 0, 2, 0.25f, 0.5f, 8, 10, 1.25f, 1.5f }, logits);
    }

    [TestMethod]
    public void Score_ModelOfOneRow_IsRunRowByRow()
    {
        using var folder = new TemporaryFolder();
        using var teacher = new OnnxTeacher(Model(folder, [1, null], [1, 3]), new() { InputShape = [3] });
        float[] logits = new float[6];

        teacher.Score([1, 2, 3, 4, 5, 6], 2, logits);

        Assert.AreSequenceEqual(new float[] { 1, 2, 3, 4, 5, 6 }, logits);
        Assert.Contains("gives NaN", Assert.Throws<InvalidOperationException>(
            () => teacher.Score([1, float.NaN, 3], 1, new float[3])).Message);
    }

    [TestMethod]
    public void Constructor_ModelThatCannotTeach_SaysWhy()
    {
        using var folder = new TemporaryFolder();
        string rows = Model(folder, [8, 3], [8, 3]), doubles = Model(folder, [null, 3], [null, 3], (ElementType)11);
        string open = Model(folder, [null, null], [null, null]), plain = Model(folder, [null, 3], [null, 3]);
        string damaged = Path.Combine(folder.Path, "damaged.onnx");
        File.WriteAllBytes(damaged, File.ReadAllBytes(plain)[..20]);
        (SpikingPredictionTransformer model, string network) = Exported(Flowers.Keyed(_ml), folder);
        model.Dispose();

        Assert.Contains("always 8 rows", Unfit(rows));
        Assert.Contains("of which none is of float32", Unfit(doubles));
        Assert.Contains("give InputShape", Unfit(open));
        Assert.Contains("gives probabilities: set GivesProbabilities", Unfit(network));
        Assert.Contains("InputShape is [4], but the input 'rows' of", Argument(plain, new() { InputShape = [4] }));
        Assert.Contains("InputName is 'x', but", Argument(plain, new() { InputName = "x" }));
        Assert.Contains("Means has 2 numbers; the row's first dimension has 3",
            Argument(plain, new() { Means = [1, 2] }));
        Assert.Contains("StandardDeviations are [0]", Argument(plain, new() { StandardDeviations = [0] }));
        Assert.Contains("does not load", Assert.Throws<FormatException>(() => new OnnxTeacher(damaged)).Message);
        Assert.Throws<FileNotFoundException>(() => new OnnxTeacher(Path.Combine(folder.Path, "none.onnx")));

        static string Unfit(string path) =>
            Assert.Throws<NotSupportedException>(() => new OnnxTeacher(path).Dispose()).Message;

        static string Argument(string path, OnnxTeacherOptions options) =>
            Assert.Throws<ArgumentException>(() => new OnnxTeacher(path, options).Dispose()).Message;
    }

    private (SpikingPredictionTransformer Model, string Path) Exported(IDataView data, TemporaryFolder folder)
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options =>
            (options.Neuron, options.TimeSteps, options.Network) = (new ReluNeuron(), 1, new Mlp(12)));
        string path = Path.Combine(folder.Path, "rectifiers.onnx");
        model.ExportToOnnx(path);
        return (model, path);
    }

    private SpikingPredictionTransformer Fit(
        IDataView data, OnnxTeacher teacher, Action<SpikingClifTrainer.Options>? change = null) =>
        Flowers.Fit(_ml, data, options =>
        {
            options.Teacher = new Teacher(teacher) { LogitWeight = 100 };
            change?.Invoke(options);
        });

    /// <summary>Returns the path of a model that gives its input, in another shape.</summary>
    private static string Model(
        TemporaryFolder folder, int?[] input, int?[] output, ElementType type = ElementType.Single)
    {
        ProtoMessage graph = new ProtoMessage().Add(11, Value("rows", input)).Add(12, Value("scores", output));
        ProtoMessage shape = new ProtoMessage().Add(1, 2L).Add(2, (long)ElementType.Int64).Add(8, "shape")
            .Add(9, ProtoMessage.Bytes<long>([0, -1]));
        graph.Add(1,
            new ProtoMessage().Add(1, "rows").Add(1, "shape").Add(2, "scores").Add(3, "all").Add(4, "Reshape"));
        graph.Add(5, shape).Add(2, "graph");
        ProtoMessage model = new ProtoMessage().Add(1, 8L).Add(7, graph).Add(8, new ProtoMessage().Add(2, 17L));
        string path = Path.Combine(folder.Path, $"{Guid.NewGuid():N}.onnx");
        using FileStream stream = File.Create(path);
        model.WriteTo(stream);
        return path;

        ProtoMessage Value(string name, int?[] lengths)
        {
            var dimensions = new ProtoMessage();
            foreach (int? length in lengths)
            {
                dimensions.Add(1, length is int known
                    ? new ProtoMessage().Add(1, (long)known) : new ProtoMessage());
            }
            ProtoMessage tensor = new ProtoMessage().Add(1, (long)type).Add(2, dimensions);
            return new ProtoMessage().Add(1, name).Add(2, new ProtoMessage().Add(1, tensor));
        }
    }

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];
}
