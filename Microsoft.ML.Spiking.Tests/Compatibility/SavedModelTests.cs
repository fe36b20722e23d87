using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Compatibility;

/// <summary>
/// Models as users have them, one of each format (label to key, 4 features, CLIF 16, key to value), with their
/// predictions for <c>Flowers.Rows(30, seed: 2)</c> in a text file beside each. Every later version must load them and
/// predict the same. model-1.zip was saved by version 0.1; model-2.zip has checksums of the training schema and of the
/// column names; model-3.zip is model-2.zip with weights of int8.
/// </summary>
[TestClass]
public sealed class SavedModelTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Compatibility");

    [TestMethod]
    [DataRow("model-1")]
    [DataRow("model-2")]
    [DataRow("model-3")]
    public void Load_ZipOfEveryFormat_ScoresAsItDid(string name)
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(Path.Combine(Folder, $"{name}.zip"), out DataViewSchema schema);
        IDataView scored = model.Transform(ml.Data.LoadFromEnumerable(Flowers.Rows(30, seed: 2)));

        Assert.IsNotNull(schema.GetColumnOrNull("Features"));
        AssertExpected(
            scored.GetColumn<ReadOnlyMemory<char>>("PredictedLabel").Zip(scored.GetColumn<float[]>("Score"),
                (label, scores) => (label.ToString(), scores)),
            name);
    }

    [TestMethod]
    [DataRow("model-1")]
    [DataRow("model-3")]
    public void Load_InAnotherProcessWithoutLibtorch_ScoresAsHere(string name)
    {
        string program = typeof(SavedModelTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "PredictSample").Value!;
        string folder = Path.GetDirectoryName(program)!;
        Assert.IsEmpty(Directory.GetFiles(folder, "libtorch*", SearchOption.AllDirectories),
            "The sample must have no libtorch.");

        var start = new ProcessStartInfo("dotnet", [program, Path.Combine(Folder, $"{name}.zip")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        foreach (Flower row in Flowers.Rows(30, seed: 2))
        {
            process.StandardInput.WriteLine(string.Join(
                ' ', row.Features.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
        }
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.AreEqual(0, process.ExitCode, errors);
        AssertExpected(Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), name);
    }

    internal static IEnumerable<(string Label, float[] Scores)> Parse(IEnumerable<string> lines) =>
        lines.Select(line => line.Split(' ')).Select(words =>
            (words[0], words[1..].Select(word => float.Parse(word, CultureInfo.InvariantCulture)).ToArray()));

    internal static void AssertExpected(IEnumerable<(string Label, float[] Scores)> actual, string name = "model-1")
    {
        (string Label, float[] Scores)[] expected = [.. Parse(File.ReadLines(Path.Combine(Folder, $"{name}.txt")))];
        (string Label, float[] Scores)[] rows = [.. actual];
        Assert.HasCount(expected.Length, rows);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.AreEqual(expected[i].Label, rows[i].Label);
            for (int c = 0; c < expected[i].Scores.Length; c++)
            {
                Assert.AreEqual(expected[i].Scores[c], rows[i].Scores[c], 1e-4);
            }
        }
    }
}
