using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Export;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>The programs of docs/python.md on saved models, where python3 and numpy are installed.</summary>
[TestClass]
public sealed partial class PythonPageTests
{
    private const string Run = """
        import runpy, sys
        folder, sys.argv = sys.argv[1], sys.argv[2:]
        sys.path.insert(0, folder)
        try:
            runpy.run_path(f"{folder}/{sys.argv[0]}", run_name="__main__")
        except NotImplementedError as error:
            print("stopped at", error)
        """;

    private readonly MLContext _ml = new(1);

    public static IEnumerable<object[]> Networks =>
    [
        [new Mlp(16, 12), new[] { 4 }, "mlp.py"],
        [new Mlp(16, 12), new[] { 4 }, "conv.py"],
        [new ConvNet(4, 6), new[] { 1, 8, 8 }, "conv.py"],
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Program_OfThePage_GivesTheSameScores(object template, int[] shape, string program)
    {
        List<Measured> rows = Rows(shape.Aggregate(1, (product, length) => product * length));

        SpikingPredictionTransformer model = Fit(rows, options =>
        {
            options.Network = (NetworkTemplate)template;
            options.InputShape = shape;
        });
        string output = OutputOf(program, model, rows);

        float[][] actual = JsonSerializer.Deserialize<float[][]>(output)!;
        Assert.HasCount(rows.Count, actual);
        using var scorer = new ManagedScorer(model.Model.Network, model.Model.Weights);
        float[] expected = new float[rows.Count * 3];
        scorer.Score([.. rows.SelectMany(row => row.Features)], rows.Count, expected);
        float[] all = [.. actual.SelectMany(row => row)];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], all[i], 1e-6f, $"score {i}");
        }
        Assert.IsGreaterThan(3, expected.Distinct().Count());
    }

    [TestMethod]
    public void MlpProgram_OfThePage_HasAsManyLinesAsThePageSays()
    {
        string[] lines = Program("mlp.py").Split('\n');

        Assert.AreEqual(8, LinesOf("load"));
        Assert.AreEqual(20, LinesOf("score"));

        int LinesOf(string function) =>
            lines.SkipWhile(line => !line.StartsWith($"def {function}(", StringComparison.Ordinal))
                .TakeWhile((line, i) => i == 0 || line.StartsWith(' ')).Count();
    }

    [TestMethod]
    public void Program_OfAnotherNeuron_Stops()
    {
        List<Measured> rows = Rows(4);
        SpikingPredictionTransformer model = Fit(rows, options => options.Neuron = new LifNeuron());

        string output = OutputOf("mlp.py", model, rows);

        Assert.StartsWith("stopped at {'type': 'neuron', 'neuron': {'type': 'lif'", output);
    }

    private SpikingPredictionTransformer Fit(List<Measured> rows, Action<SpikingClifTrainer.Options> change) =>
        Flowers.Fit(_ml, Data(rows), options =>
        {
            options.TimeSteps = 4;
            change(options);
        });

    /// <summary>Returns what a program of the page prints for a saved model.</summary>
    private string OutputOf(string program, SpikingPredictionTransformer model, List<Measured> rows)
    {
        using var folder = new TemporaryFolder();
        string zip = Path.Combine(folder.Path, "model.zip");
        _ml.Model.Save(model, Data(rows).Schema, zip);
        foreach (string name in new[] { "mlp.py", "conv.py" })
        {
            File.WriteAllText(Path.Combine(folder.Path, name), Program(name));
        }
        return Python.Run("numpy", Run, [folder.Path, program, zip],
            JsonSerializer.Serialize(rows.Select(row => row.Features)));
    }

    private IDataView Data(List<Measured> rows)
    {
        var definition = SchemaDefinition.Create(typeof(Measured));
        definition[nameof(Measured.Features)].ColumnType =
            new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        return _ml.Data.LoadFromEnumerable(rows, definition);
    }

    private static string Program(string name) =>
        Programs().Matches(new Page("docs/python.md").Text)[name == "mlp.py" ? 0 : 1].Groups["code"].Value;

    private static List<Measured> Rows(int features)
    {
        var random = new Random(1);
        return
        [
            .. Enumerable.Range(0, 60).Select(row => new Measured
            {
                Label = (uint)(row % 3),
                Features = [.. Enumerable.Range(0, features)
                    .Select(i => (float)((i % 3 == row % 3 ? 2 : 0) + random.NextDouble()))],
            }),
        ];
    }

    [GeneratedRegex("^```python\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Programs();

    private sealed class Measured
    {
        [KeyType(3)]
        public uint Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}
