using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Export;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>The program of docs/python.md on saved models, where python3 and numpy are installed.</summary>
[TestClass]
public sealed partial class PythonPageTests
{
    private readonly MLContext _ml = new(1);

    public static IEnumerable<object[]> Networks =>
    [
        [new Mlp(16, 12), new[] { 4 }],
        [new ConvNet(4, 6), new[] { 1, 8, 8 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Program_OfThePage_GivesTheSameScores(object template, int[] shape)
    {
        List<Measured> rows = Rows(shape.Aggregate(1, (product, length) => product * length));
        var definition = SchemaDefinition.Create(typeof(Measured));
        definition[nameof(Measured.Features)].ColumnType =
            new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        IDataView data = _ml.Data.LoadFromEnumerable(rows, definition);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options =>
        {
            options.Network = (NetworkTemplate)template;
            options.InputShape = shape;
            options.TimeSteps = 4;
        });
        using var folder = new TemporaryFolder();
        string zip = Path.Combine(folder.Path, "model.zip");
        _ml.Model.Save(model, data.Schema, zip);

        string output = Python.Run("numpy", Program().Match(new Page("docs/python.md").Text).Groups["code"].Value,
            [zip], JsonSerializer.Serialize(rows.Select(row => row.Features)));

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
    private static partial Regex Program();

    private sealed class Measured
    {
        [KeyType(3)]
        public uint Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}
