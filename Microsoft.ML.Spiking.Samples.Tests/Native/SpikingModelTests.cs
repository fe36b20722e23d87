using System.Reflection;
using Microsoft.ML.Spiking.Runtime;

namespace Microsoft.ML.Spiking.Samples.Tests.Native;

/// <summary>Models scored without ML.NET, beside ML.NET's scores of the same zips.</summary>
[TestClass]
public sealed class SpikingModelTests
{
    [TestMethod]
    [DataRow("vector", "6")]
    [DataRow("image", "3, 8, 4")]
    [DataRow("interleaved", "8, 4, 3")]
    [DataRow("series", "4, 6")]
    [DataRow("interleaved series", "4, 8, 4, 3")]
    [DataRow("gated", "4, 6")]
    [DataRow("exit", "6")]
    public void Predict_NetworkOfEachKind_GivesMLNetsScoresToTheLastBit(string kind, string shape)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        NativeModel.Save(NativeModel.Network(kind), path);

        SpikingModel model = SpikingModel.Load(path);

        Assert.AreEqual(shape, string.Join(", ", model.InputShape));
        Assert.AreSequenceEqual(NativeModel.Classes, model.Labels);
        AssertSameScores(path, model);
    }

    [TestMethod]
    [DataRow("model-1.zip")]
    [DataRow("model-2.zip")]
    [DataRow("model-3.zip")] // weights of int8
    public void Predict_ZipOfEveryFormat_GivesMLNetsScoresToTheLastBit(string name)
    {
        string path = Build.InRepository("Microsoft.ML.Spiking.Tests", "Compatibility", name);

        SpikingModel model = SpikingModel.Load(path);

        Assert.AreSequenceEqual(["a", "b", "c"], model.Labels);
        AssertSameScores(path, model);
    }

    [TestMethod]
    public void Predict_RowsThatHaveGoneThroughTheTransforms_GivesTheModelsScores()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(path, seed: 1);
        SampleRow[] rows = TestModel.Rows(20, seed: 5);
        SpikingModel model = SpikingModel.Load(path, ignoreTransforms: true);

        foreach ((float[] features, Answer answer) in Transformed(path, rows).Zip(TestModel.Answers(path, rows)))
        {
            SpikingPrediction prediction = model.Predict(features);

            Assert.AreSequenceEqual(answer.Score, prediction.Probabilities);
            Assert.AreEqual(answer.PredictedLabel, prediction.Label);
        }
    }

    [TestMethod]
    public void PredictRows_ManyRows_GivesThoseOfEachAndNaNForOneThatIsNotFinite()
    {
        SpikingModel model = Load("interleaved");
        float[][] rows = NativeModel.Rows(40, model.FeatureCount);
        rows[7][3] = float.PositiveInfinity;
        float[] all = new float[rows.Length * model.ClassCount], one = new float[model.ClassCount];

        Assert.AreEqual(rows.Length, model.PredictRows(rows.SelectMany(row => row).ToArray(), all));

        foreach ((int index, float[] row) in rows.Index())
        {
            float[] scores = [.. all.Skip(index * model.ClassCount).Take(model.ClassCount)];
            if (index == 7)
            {
                Assert.IsTrue(scores.All(float.IsNaN));
                continue;
            }
            model.Predict(row, one);
            Assert.AreSequenceEqual(one, scores);
        }
    }

    [TestMethod]
    public void Predict_OnSeveralThreads_GivesTheSameScores()
    {
        SpikingModel model = Load("vector");
        float[][] rows = NativeModel.Rows(200, model.FeatureCount);
        float[][] expected = [.. rows.Select(row => model.Predict(row).Probabilities.ToArray())];

        float[][] actual = [.. rows.AsParallel().AsOrdered().WithDegreeOfParallelism(4)
            .Select(row => model.Predict(row).Probabilities.ToArray())];

        for (int i = 0; i < rows.Length; i++)
        {
            Assert.AreSequenceEqual(expected[i], actual[i]);
        }
    }

    [TestMethod]
    public void Predict_RowsThatDoNotFit_AreRefused()
    {
        SpikingModel model = Load("series");
        float[] row = new float[24];
        row[2] = float.NaN;

        Assert.StartsWith("The row has 23 values; the network takes 24, [4, 6].",
            Assert.ThrowsExactly<ArgumentException>(() => model.Predict(row.AsSpan(1))).Message);
        Assert.StartsWith("The value at index 2 of the row is NaN; every value must be finite.",
            Assert.ThrowsExactly<ArgumentException>(() => model.Predict(row)).Message);
        Assert.StartsWith("There is room for 2 probabilities; the network has 3 classes.",
            Assert.ThrowsExactly<ArgumentException>(() => model.Predict(row, new float[2])).Message);
        Assert.StartsWith("There are 25 values, which are no whole number of rows of 24.",
            Assert.ThrowsExactly<ArgumentException>(() => model.PredictRows(new float[25], new float[3])).Message);
        Assert.StartsWith("There is room for 3 probabilities; 2 rows of 3 classes have 6.",
            Assert.ThrowsExactly<ArgumentException>(() => model.PredictRows(new float[48], new float[3])).Message);
    }

    /// <summary>Two types that users see, whatever the library's sources have; nothing beside .NET is needed.</summary>
    [TestMethod]
    public void Assembly_References_NeitherMLNetNorTorchSharp()
    {
        Assembly assembly = typeof(SpikingModel).Assembly;

        string[] references =
        [
            .. assembly.GetReferencedAssemblies().Select(name => name.Name!)
                .Where(name => !name.StartsWith("System.", StringComparison.Ordinal)),
        ];
        Assert.IsEmpty(references, string.Join(", ", references));
        Assert.AreSequenceEqual(["SpikingModel", "SpikingPrediction"],
            assembly.GetExportedTypes().Select(type => type.Name).Order());
        Assert.Contains(type => type.FullName == typeof(ClifNeuron).FullName, assembly.GetTypes());
    }

    private static SpikingModel Load(string kind)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        NativeModel.Save(NativeModel.Network(kind), path);
        return SpikingModel.Load(path);
    }

    private static void AssertSameScores(string path, SpikingModel model)
    {
        float[][] rows = NativeModel.Rows(40, model.FeatureCount);
        Answer[] answers = NativeModel.Answers(path, rows);

        Assert.HasCount(rows.Length, answers);
        Assert.IsGreaterThan(1, answers.Select(answer => answer.Score[0]).Distinct().Count());
        foreach ((float[] row, Answer answer) in rows.Zip(answers))
        {
            SpikingPrediction prediction = model.Predict(row);

            Assert.AreSequenceEqual(answer.Score, prediction.Probabilities);
            Assert.AreEqual(answer.PredictedLabel, prediction.Label);
            Assert.AreEqual(prediction.Probabilities.Max(), prediction.Probability);
            Assert.AreEqual(prediction.Label, model.Labels[prediction.ClassIndex]);
        }
    }

    private static IEnumerable<float[]> Transformed(string path, SampleRow[] rows)
    {
        var ml = new MLContext();
        var chain = (Data.TransformerChain<ITransformer>)ml.Model.Load(path, out _);
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        foreach (ITransformer before in Flat(chain).TakeWhile(one => one is not SpikingPredictionTransformer))
        {
            data = before.Transform(data);
        }
        return Data.ColumnCursorExtensions.GetColumn<float[]>(data, data.Schema["Features"]);
    }

    private static IEnumerable<ITransformer> Flat(ITransformer transformer) =>
        transformer is IEnumerable<ITransformer> chain ? chain.SelectMany(Flat) : [transformer];
}
