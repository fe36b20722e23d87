using System.Globalization;
using System.Numerics;
using Desktop;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Samples.Tests.Native;

namespace Microsoft.ML.Spiking.Samples.Tests.Desktop;

/// <summary>The desktop sample in a real window on a display without a screen, drawn on with a real pointer.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class WindowTests
{
    // In pixels: the field's place and side, and the button below it.
    private const int Border = 12, Field = 336, ButtonMiddle = Border + Field + 8 + 16;

    private static readonly TemporaryFolder Folder = new();
    private static readonly Dictionary<string, string> Nothing = [];

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void Window_ADrawnStroke_IsRecognizedClearedAndClosed()
    {
        if (!new[] { "Xvfb", "xdotool" }.All(name => File.Exists(Path.Combine("/usr/bin", name)))
            || !Directory.EnumerateFiles("/usr/lib", "libgtk-3.so.0", SearchOption.AllDirectories).Any())
        {
            Assert.Inconclusive("There is no Xvfb, xdotool or GTK 3.");
        }
        string model = Path.Combine(Folder.Path, "model.zip");
        SaveModel(model);
        using ChildProcess display = ChildProcess.StartProgram(
            "Xvfb", Folder.Path, Nothing, "-displayfd", "1", "-screen", "0", "1024x600x24", "-nolisten", "tcp");
        var environment = new Dictionary<string, string>
        {
            ["DISPLAY"] = $":{display.ReadLine()}",
            ["GDK_BACKEND"] = "x11",
            ["NO_AT_BRIDGE"] = "1", // no bus for accessibility
        };
        using ChildProcess program = ChildProcess.Start(Folder.Path, environment, Build.Sample("Desktop"), model);
        // Two points alone: GTK may leave out places between those at which a button goes down and up.
        Vector2[] points = [new(0.25f, 0.25f), new(0.5f, 0.75f)];
        Answer expected = Expected(model, points);

        Do(environment, ["search", "--sync", "--onlyvisible", "--name", "Draw a digit"]);
        Do(environment, [.. At(points[0]), "mousedown", "1", .. At(points[1]), "mouseup", "1"]);
        string? line = program.ReadLine();
        Do(environment, ["mousemove", $"{Border + (Field / 2)}", $"{ButtonMiddle}", "click", "1"]);

        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture,
            $"{expected.PredictedLabel} {expected.Score.Max():0.000} (fired: "), line ?? program.Errors);
        Assert.Contains(" %, ", line!);
        Assert.AreEqual("cleared", program.ReadLine());
        Do(environment, ["search", "--name", "Draw a digit", "windowclose"]);
        Assert.AreEqual(0, program.WaitForExit(), program.Errors);
    }

    [TestMethod]
    [DataRow("none.zip", "none.zip")]
    [DataRow("other.zip", "takes no column Pixels of 28 x 28 values; train it with samples/Quickstart.")]
    public void Program_ModelThatDoesNotFit_EndsWithASentence(string file, string sentence)
    {
        TestModel.Save(Path.Combine(Folder.Path, "other.zip"), seed: 1);
        using ChildProcess program = ChildProcess.Start(
            Folder.Path, Nothing, Build.Sample("Desktop"), Path.Combine(Folder.Path, file));

        Assert.AreEqual(1, program.WaitForExit());
        Assert.Contains(sentence, program.Errors);
        Assert.DoesNotContain("   at ", program.Errors);
    }

    private static IEnumerable<string> At(Vector2 point) =>
        ["mousemove", $"{Border + (int)(Field * point.X)}", $"{Border + (int)(Field * point.Y)}"];

    private static void Do(Dictionary<string, string> environment, string[] arguments)
    {
        using ChildProcess tool = ChildProcess.StartProgram("xdotool", Folder.Path, environment, arguments);
        Assert.AreEqual(0, tool.WaitForExit(), tool.Errors);
    }

    /// <summary>Saves a model as samples/Quickstart does, with weights that are drawn.</summary>
    private static void SaveModel(string path)
    {
        var ml = new MLContext();
        string[] digits = [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")];
        IDataView data = ml.Data.LoadFromEnumerable(digits.Select(digit => new Image { Label = digit }));
        var before = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Conversion.ConvertType("Features", "Pixels", DataKind.Single)).Fit(data);
        IDataView features = before.Transform(data);
        SpikingPredictionTransformer network = NativeModel.Network("digits", classes: 10)
            .CreateTransformer(ml, digits);
        ITransformer after = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(features));
        ml.Model.Save(new TransformerChain<ITransformer>(before, network, after), data.Schema, path);
    }

    private static Answer Expected(string model, Vector2[] points)
    {
        var drawing = new Drawing();
        drawing.Begin(points[0]);
        drawing.Move(points[1]);
        var ml = new MLContext();
        using var engine = ml.Model.CreatePredictionEngine<Image, Answer>(ml.Model.Load(model, out _));
        return engine.Predict(new Image { Pixels = drawing.ToPixels() });
    }

    private sealed class Image
    {
        [VectorType(784)]
        public byte[] Pixels { get; set; } = new byte[784];

        public string Label { get; set; } = "";
    }
}
