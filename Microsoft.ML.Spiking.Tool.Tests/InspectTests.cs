using System.Net;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Samples.Tests;

namespace Microsoft.ML.Spiking.Tool.Tests;

[TestClass]
public sealed partial class InspectTests
{
    private const string Odd = "<script>alert('x')</script> & \"co\"";

    private static readonly TemporaryFolder Folder = new();
    private static string _data = "", _model = "", _history = "";

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        string quoted = $"\"{Odd.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        _data = Folder.Write("pebbles.csv", Samples.Pebbles().Replace("sharp", quoted, StringComparison.Ordinal)
            .Replace("weight", "\"<b>weight</b>\"", StringComparison.Ordinal));
        (_model, _history) = (Folder.File("model.zip"), Folder.File("history.json"));
        ToolRun.Done(["train", _data, "--label", "kind", .. Samples.Quick, "--output", _model, "--history", _history]);
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void Html_OfATable_ShowsEverySectionAndEscapesTexts()
    {
        string page = ToolRun.Done("inspect", _model, _data, "--html", Folder.File("page"), "--rows", "0", "4",
            "--history", _history).Output.Trim();

        string html = File.ReadAllText(page);
        Assert.AreSequenceEqual(new[] { "Network", "Results", "Firing", "Spikes and potentials",
            "Operations and energy", "Gradients through time", "Explanations" }, Sections(html));
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<b>", html);
        Assert.Contains(WebUtility.HtmlEncode(Odd), html);
        Assert.DoesNotContain("Not shown", html);
        CheckFiles(page, html, least: 20);
        foreach (string name in (string[])["confusion", "reliability", "learning-curve", "rates", "step-rates",
            "histogram-1", "raster-4-1", "trace-4-1", "energy", "operations", "gradients", "explanation-4"])
        {
            Assert.Contains($"src=\"{name}.svg\"", html);
        }
        foreach (string picture in Directory.EnumerateFiles(Folder.File("page"), "*.svg"))
        {
            Assert.DoesNotContain("<script", File.ReadAllText(picture), picture);
        }
    }

    [TestMethod]
    public void Html_OfImages_DrawsPixelsOverTheImage()
    {
        using var folder = new TemporaryFolder();
        string images = Samples.WriteIdx(folder), model = folder.File("model.zip");
        ToolRun.Done(["train", images, .. Samples.Quick, "--output", model]);

        string page = ToolRun.Done("inspect", model, images, "--html", folder.File("page"), "--no-gradients")
            .Output.Trim();

        string html = File.ReadAllText(page);
        Assert.Contains("explanation-0.png", html);
        Assert.AreEqual((6, 6), SizeOf(folder.File(Path.Combine("page", "row-0.png"))));
        Assert.AreEqual((6, 6), SizeOf(folder.File(Path.Combine("page", "explanation-0.png"))));
        Assert.DoesNotContain("Gradients through time", html);
        Assert.Contains("The learning curve needs the figures of the epochs", html);
        CheckFiles(page, html, least: 15);
    }

    [TestMethod]
    public void Html_OfRectifiersWithoutLabels_SaysWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        string model = folder.File("relu.zip");
        ToolRun.Done(["train", _data, "--label", "kind", "--neuron", "relu", "--time-steps", "1", .. Samples.Quick,
            "--output", model]);
        string unlabelled = folder.Write("new.csv", "\"<b>weight</b>\",color,note\n1,gray,-\n20,black,-\n");

        string page = ToolRun.Done("inspect", model, unlabelled, "--html", folder.File("page")).Output.Trim();

        string html = File.ReadAllText(page);
        Assert.HasCount(3, Regex.Matches(html, "Not shown: ").ToArray()); // results, firing, gradients
        Assert.Contains("which does not spike", html);
        Assert.Contains("the rows have no label column", html);
        Assert.Contains("Operations and energy", html);
    }

    [TestMethod]
    public void Html_WithoutData_ShowsTheNetwork()
    {
        string page = ToolRun.Done("inspect", _model, "--html", Folder.File("alone"), "--json")
            .Json["page"]!.ToString();

        string html = File.ReadAllText(page);
        Assert.AreSequenceEqual(new[] { "Network" }, Sections(html));
        Assert.Contains("ClifNeuron: membrane time constant 2, decay input no, threshold 1", html);
    }

    [TestMethod]
    public void Text_WithData_HasTheCardAndTheReports()
    {
        string text = ToolRun.Done("inspect", _model, _data).Output;

        foreach (string part in (string[])["Time steps:         4", "neuron1", "Firing rates over 90 rows",
            "Operations of one row", "precision %", "Row 0: class"])
        {
            Assert.Contains(part, text);
        }
    }

    [TestMethod]
    public void History_OfAnotherFile_IsRefused()
    {
        ToolRun run = ToolRun.Of("inspect", _model, _data, "--history", _data);

        Assert.AreEqual(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("was not written by train --history.", run.Errors);
    }

    [TestMethod]
    public void Sample_OfInspection_WritesTheSamePage()
    {
        string sample = Assembly("InspectSample"), folder = Folder.File("sample");
        string simple = Folder.Write("simple.csv", Samples.Pebbles());
        string model = Folder.File("simple.zip");
        ToolRun.Done(["train", simple, "--label", "kind", .. Samples.Quick, "--output", model]);

        string page = ChildProcess.Run(Folder.Path, sample, model, simple, "kind", folder, "3").Trim();

        string html = File.ReadAllText(Path.Combine(Folder.Path, page));
        Assert.HasCount(7, Sections(html));
        Assert.Contains("raster-3-1.svg", html);
    }

    private static string Assembly(string key) => Build.Of(key);

    private static string[] Sections(string html) =>
        [.. Headings().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value))];

    /// <summary>Whatever the page names lies beside it, and nothing is elsewhere.</summary>
    private static void CheckFiles(string page, string html, int least)
    {
        string[] files = [.. References().Matches(html).Select(match => match.Groups[1].Value)
            .Where(name => !name.StartsWith('#'))];
        Assert.IsGreaterThan(least, files.Length);
        foreach (string file in files)
        {
            Assert.IsTrue(File.Exists(Path.Combine(Path.GetDirectoryName(page)!, file)), file);
        }
        Assert.DoesNotContain("http", html);
    }

    private static (int Width, int Height) SizeOf(string png)
    {
        using var bitmap = SkiaSharp.SKBitmap.Decode(png);
        return (bitmap.Width, bitmap.Height);
    }

    [GeneratedRegex("<h2 id=[^>]*>([^<]*)</h2>")]
    private static partial Regex Headings();

    [GeneratedRegex("(?:src|srcset|href)=\"([^\"]*)\"")]
    private static partial Regex References();
}
