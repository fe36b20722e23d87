using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tests.Export;
using Quickstart;

namespace Microsoft.ML.Spiking.Tests.Samples;

/// <summary>
/// The page of samples/Browser in headless Chromium with onnxruntime-web: scores as here. Skipped where there is no
/// chromium or no npm.
/// </summary>
[TestClass]
public sealed class BrowserTests
{
    private static readonly string Sample = Path.Combine(Repository.Folders.Root, "samples", "Browser");
    private static readonly string[] Browsers = ["chromium", "google-chrome", "chromium-browser"];

    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Score_InTheBrowser_GivesTheScoresAndSpikesOfThisLibrary()
    {
        const string page = """
            <!doctype html><script type="module">
            import { load } from "./model.js";
            let answer;
            try {
              const model = await load("model.onnx"), results = [];
              for (const row of await (await fetch("rows.json")).json()) {
                const { label, probabilities, layers } = await model.score(Float32Array.from(row));
                results.push({ Label: label, Probabilities: probabilities,
                  Spikes: layers.map(layer => [...layer.spikes].reduce((sum, count) => sum + count, 0)) });
              }
              answer = { Results: results };
            } catch (error) { answer = { Error: String(error) }; }
            await fetch("answer", { method: "POST", body: JSON.stringify(answer) });
            </script>
            """;
        string browser = Browser();
        using var folder = new TemporaryFolder();
        string runtime = Runtime(folder.Path);
        IDataView data = Digits(300);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options =>
        {
            options.Network = new ConvNet(4, 6);
            options.InputShape = [1, 28, 28];
            options.TimeSteps = 3;
            options.Epochs = 2;
        });
        model.ExportToOnnx(Path.Combine(folder.Path, "model.onnx"), new OnnxExportOptions { HasSpikeCounts = true });
        float[][] rows = [.. data.GetColumn<float[]>("Features").Take(20)];
        File.WriteAllText(Path.Combine(folder.Path, "rows.json"), JsonSerializer.Serialize(rows));
        File.WriteAllText(Path.Combine(folder.Path, "test.html"), page);

        using var web = new WebFolder(folder.Path, Sample, runtime);
        Answer answer = JsonSerializer.Deserialize<Answer>(Open(browser, web, "test.html", folder.Path))!;

        Assert.IsNull(answer.Error);
        IDataView scored = model.Transform(data);
        float[][] expected = [.. scored.GetColumn<float[]>("Score").Take(rows.Length)];
        Assert.HasCount(rows.Length, answer.Results!);
        int flipped = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            Result result = answer.Results![row];
            flipped += expected[row].Zip(result.Probabilities)
                .Any(pair => !(Math.Abs(pair.First - pair.Second) <= 1e-4)) ? 1 : 0;
            Assert.HasCount(2, result.Spikes);
            Assert.IsGreaterThan(0, result.Spikes[0]);
            Assert.HasCount(1, result.Label); // a digit's text
        }
        Assert.IsLessThanOrEqualTo(1, flipped, "rows with a flipped spike");
    }

    [TestMethod]
    public void Page_WithADrawing_ShowsItsProbabilitiesAndFiring()
    {
        string browser = Browser();
        using var folder = new TemporaryFolder();
        string runtime = Runtime(folder.Path);
        bool isPicture = Environment.GetEnvironmentVariable("SPIKING_BROWSER_PICTURE") is { Length: > 0 };
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Digits(isPicture ? 6_000 : 300), options =>
        {
            options.Network = isPicture ? new ConvNet(8, 16) : new ConvNet(4, 6);
            options.InputShape = [1, 28, 28];
            options.TimeSteps = 4;
            options.Epochs = isPicture ? 4 : 1;
        });
        model.ExportToOnnx(Path.Combine(folder.Path, "model.onnx"), new OnnxExportOptions { HasSpikeCounts = true });
        // The page itself, in a frame that is read when it says that it is ready.
        File.WriteAllText(Path.Combine(folder.Path, "test.html"), """
            <!doctype html>
            <iframe src="index.html#[[[0.3,0.2],[0.7,0.2],[0.45,0.8]]]" width="900" height="800"></iframe>
            <script type="module">
            const page = document.querySelector("iframe");
            while (page.contentDocument?.body?.dataset.ready !== "yes") {
              await new Promise(resume => setTimeout(resume, 50));
            }
            await fetch("answer", { method: "POST", body: page.contentDocument.body.innerText });
            </script>
            """);
        using var web = new WebFolder(folder.Path, Sample, runtime);

        string text = Open(browser, web, "test.html", folder.Path);

        Assert.Contains("This is a ", text);
        Assert.HasCount(10, text.Split('\n').Where(line => line.EndsWith(" %", StringComparison.Ordinal)));
        Assert.Contains("neuron1: ", text);
        Assert.Contains(" spikes of ", text);
        if (isPicture)
        {
            Picture(browser, web, folder.Path, Environment.GetEnvironmentVariable("SPIKING_BROWSER_PICTURE")!);
        }
    }

    private static void Picture(string browser, WebFolder web, string folder, string path) => ProgramRun.Of(browser,
    [
        "--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={Path.Combine(folder, "picture")}",
        "--window-size=940,700", "--virtual-time-budget=60000", $"--screenshot={path}",
        $"{web.Address}index.html#[[[0.3,0.2],[0.7,0.2],[0.45,0.8]]]",
    ]);

    private IDataView Digits(int count)
    {
        IEnumerable<DigitImage> images = Environment.GetEnvironmentVariable("SPIKING_BROWSER_MNIST") is { } mnist
            ? IdxDigits.Read(mnist, "train").Take(count) : DrawnDigits.Draw(seed: 1, first: 0, count);
        IDataView data = _ml.Data.LoadFromEnumerable(images);
        return _ml.Transforms.Conversion.MapValueToKey("Label",
                keyOrdinality: Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(_ml.Transforms.Conversion.ConvertType("Features", "Pixels", DataKind.Single))
            .Fit(data).Transform(data);
    }

    /// <summary>Returns the post of a page; the browser is ended then.</summary>
    private static string Open(string browser, WebFolder web, string page, string folder)
    {
        using Process process = Process.Start(new ProcessStartInfo(browser,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            $"--user-data-dir={Path.Combine(folder, "profile")}", "--remote-debugging-port=0", web.Address + page,
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            return web.Posted.WaitAsync(TimeSpan.FromMinutes(2)).GetAwaiter().GetResult();
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    private static string Browser() =>
        Browsers.FirstOrDefault(name => ProgramRun.Of(name, ["--version"]).ExitCode == 0)
            ?? throw new AssertInconclusiveException("No chromium is at hand.");

    /// <summary>A folder with node_modules/onnxruntime-web of the version that the sample names.</summary>
    private static string Runtime(string folder)
    {
        using JsonDocument package = JsonDocument.Parse(File.ReadAllText(Path.Combine(Sample, "package.json")));
        string version = package.RootElement.GetProperty("dependencies").GetProperty("onnxruntime-web").GetString()!;
        string root = Path.Combine(folder, "runtime");
        Directory.CreateDirectory(root);
        (int exitCode, string output) = ProgramRun.Of("npm", ["install", "--prefix", root, "--ignore-scripts",
            "--no-audit", "--no-fund", "--prefer-offline", $"onnxruntime-web@{version}"]);
        return exitCode == 0 ? root : throw new AssertInconclusiveException(
            string.Create(CultureInfo.InvariantCulture, $"npm did not install onnxruntime-web {version}: {output}"));
    }

    private sealed record Result(string Label, double[] Probabilities, double[] Spikes);

    private sealed record Answer(string? Error, Result[]? Results);
}
