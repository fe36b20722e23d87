using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tests.Export;

namespace Microsoft.ML.Spiking.Tests.Samples;

/// <summary>
/// The program of samples/OnnxServing: an exported model in a process with neither ML.NET nor libtorch.
/// </summary>
[TestClass]
public sealed class OnnxServingTests
{
    private static readonly string Program = typeof(OnnxServingTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "OnnxServingSample").Value!;

    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Run_ExportedModel_PrintsLabelsAndProbabilities()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "flowers.onnx");
        model.ExportToOnnx(path);
        string rows = string.Join('\n', Flowers.Rows().Select(row =>
            string.Join(' ', row.Features.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))));

        (int exitCode, string output) = ProgramRun.Of("dotnet", [Program, path], rows);

        Assert.AreEqual(0, exitCode, output);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        IDataView scored = model.Transform(data);
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        uint[] keys = [.. scored.GetColumn<uint>("PredictedLabel")];
        Assert.HasCount(scores.Length, lines);
        for (int row = 0; row < lines.Length; row++)
        {
            string[] parts = lines[row].Trim().Split(' ');
            Assert.AreEqual("abc"[(int)keys[row] - 1].ToString(), parts[0]);
            for (int i = 0; i < 3; i++)
            {
                Assert.AreEqual(scores[row][i], float.Parse(parts[1 + i], CultureInfo.InvariantCulture), 1e-4f);
            }
        }
        string[] beside = [.. Directory.GetFiles(Path.GetDirectoryName(Program)!, "*.dll").Select(Path.GetFileName)!];
        Assert.DoesNotContain("Microsoft.ML.Spiking.dll", beside);
        Assert.DoesNotContain("Microsoft.ML.Data.dll", beside);
    }

    [TestMethod]
    public void Run_BadInput_SaysWhatIsWrong()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "flowers.onnx"), other = Path.Combine(folder.Path, "cut.onnx");
        model.ExportToOnnx(path);
        File.WriteAllBytes(other, File.ReadAllBytes(path)[..500]);

        (int few, string fewOutput) = ProgramRun.Of("dotnet", [Program, path], "1 2 3\n");
        (int cut, string cutOutput) = ProgramRun.Of("dotnet", [Program, other], "1 2 3 4\n");

        Assert.AreEqual(1, few);
        Assert.AreEqual("Line 1 has 3 values; the model takes 4.", fewOutput.Trim());
        Assert.AreEqual(1, cut);
        Assert.Contains("cut.onnx", cutOutput);
    }
}
