using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tests.Repository;

namespace Microsoft.ML.Spiking.Tests.Compatibility;

/// <summary>
/// Models as users have them, one of each format (label to key, 4 features, CLIF 16, key to value), with their
/// predictions for <c>Flowers.Rows(30, seed: 2)</c> in a text file beside each. Every later version must load them and
/// predict the same. model-1.zip was saved by version 0.1; model-2.zip has checksums of the training schema and of the
/// column names; model-3.zip is model-2.zip with weights of int8, and model-4.zip with an EarlyExit by which some rows
/// are decided at the first of two steps.
/// </summary>
[TestClass]
public sealed class SavedModelTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Compatibility");

    [TestMethod]
    [DataRow("model-1")]
    [DataRow("model-2")]
    [DataRow("model-3")]
    [DataRow("model-4")]
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

    /// <summary>The table of docs/packages.md has a row for each of them, in their order.</summary>
    [TestMethod]
    public void Zips_HaveTheFormatsOfTheDocumentation()
    {
        string page = File.ReadAllText(Path.Combine(Folders.Root, "docs", "packages.md"));
        string[] documented =
        [
            .. Regex.Matches(page, @"^\| (0\.\d[^|]*) \| (\d)[^|]* \| 0\.\d and every later version \|$",
                RegexOptions.Multiline).Select(row => row.Groups[2].Value),
        ];

        string[] formats = [.. Directory.GetFiles(Folder, "model-*.zip").Order(StringComparer.Ordinal).Select(Format)];
        Assert.AreSequenceEqual(new[] { "1", "1", "2", "3" }, formats);
        Assert.AreSequenceEqual(formats, documented);
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

    private static string Format(string path)
    {
        using ZipArchive zip = ZipFile.OpenRead(path);
        using Stream definition =
            zip.Entries.Single(entry => entry.FullName.EndsWith("Network.json", StringComparison.Ordinal)).Open();
        return JsonDocument.Parse(definition).RootElement.GetProperty("version").GetRawText();
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
