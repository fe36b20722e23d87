using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Microsoft.ML.Spiking.Tool.Tests;

/// <summary>The C# that --show-code prints compiles, runs and gives the tool's model.</summary>
[TestClass]
public sealed class ShowCodeTests
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    [TestMethod]
    [DataRow("CSV")]
    [DataRow("IDX")]
    [DataRow("images")]
    [DataRow("events")]
    public void Train_EachKindOfData_TheCodeGivesTheSameModel(string kind)
    {
        using var folder = new TemporaryFolder();
        string[] data = Samples.Write(kind, folder);
        string model = folder.File("model.zip");
        string[] encoder = kind == "CSV" ? ["--encoder", "population,fields=4"] : []; // for vectors alone
        string[] line = ["train", .. data, .. Samples.Quick, .. encoder, "--neuron", "lif,threshold=0.9", "--dropout",
            "0.1", "-o", model];

        string code = ToolRun.Done([.. line, "--show-code"]).Output;
        ToolRun.Done(line);
        string expected = ToolRun.Done("predict", model, data[0], "--scores").Output;
        File.Delete(model);
        Run(code);

        Assert.Contains(kind switch
        {
            "events" => "EventWindows",
            "CSV" => "Encoder = new PopulationEncoder { Fields = 4 }",
            _ => "SpikingClif",
        }, code);
        Assert.AreEqual(expected, ToolRun.Done("predict", model, data[0], "--scores").Output);
    }

    [TestMethod]
    [DataRow("CSV")]
    [DataRow("IDX")]
    [DataRow("images")]
    [DataRow("events")]
    public void Train_WithoutHoldout_TheCodeCompiles(string kind)
    {
        using var folder = new TemporaryFolder();

        string code = ToolRun.Done(["train", .. Samples.Write(kind, folder), "--holdout", "0", "--network", "conv 4-8",
            "--augmentation",
            "crop-padding=2,horizontal-flip", "--input-normalization", "none", "--show-code"]).Output;

        Assert.IsEmpty(Errors(code), $"{kind}\n{code}");
        Assert.Contains("CropPadding = 2, HorizontalFlip = true", code);
        Assert.Contains("InputNormalization = null", code);
    }

    [TestMethod]
    public void Train_RowsWithoutALabel_TheCodeGivesTheSameModel()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles(labels: "flat,round,"));
        string model = folder.File("model.zip");
        string[] line = ["train", data, "--label", "kind", .. Samples.Quick, "-o", model];

        string code = ToolRun.Done([.. line, "--show-code"]).Output;
        ToolRun.Done(line);
        string expected = ToolRun.Done("predict", model, data, "--scores").Output;
        File.Delete(model);
        Run(code);

        Assert.AreEqual(expected, ToolRun.Done("predict", model, data, "--scores").Output);
    }

    [TestMethod]
    public void Predict_OfAModel_TheCodeCompiles()
    {
        using var folder = new TemporaryFolder();
        string odd = folder.Write("odd.csv", Samples.Pebbles()
            .Replace("weight", "\"the \"\"weight\"\" (g)\"", StringComparison.Ordinal)
            .Replace("color", "class", StringComparison.Ordinal));
        string model = folder.File("model.zip");
        ToolRun.Done(["train", odd, "--label", "kind", .. Samples.Quick, "-o", model]);

        string code = ToolRun.Done("predict", model, "--show-code").Output;

        Assert.IsEmpty(Errors(code), code);
        Assert.Contains("[ColumnName(\"the \\\"weight\\\" (g)\")]", code);
    }

    private static string[] Errors(string code)
    {
        using var image = new MemoryStream();
        return [.. Compile(code).Emit(image).Diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic =>
                $"{diagnostic}")];
    }

    private static void Run(string code)
    {
        using var image = new MemoryStream();
        Assert.IsTrue(Compile(code).Emit(image).Success, string.Join('\n', Errors(code)) + code);
        image.Position = 0;
        MethodInfo main = AssemblyLoadContext.Default.LoadFromStream(image).EntryPoint!;
        TextWriter console = Console.Out;
        try
        {
            Console.SetOut(TextWriter.Null);
            main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    private static CSharpCompilation Compile(string code) => CSharpCompilation.Create(
        $"Program{Guid.NewGuid():N}",
        [CSharpSyntaxTree.ParseText(code), CSharpSyntaxTree.ParseText(ImplicitUsings)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(
            OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
}
