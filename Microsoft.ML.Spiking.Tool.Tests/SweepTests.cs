using System.Text.Json.Nodes;

namespace Microsoft.ML.Spiking.Tool.Tests;

[TestClass]
public sealed class SweepTests
{
    [TestMethod]
    public void Sweep_TwoTrials_SavesTheBestModel()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles()), model = folder.File("best.zip");

        ToolRun run = ToolRun.Done("sweep", data, "--label", "kind", "--maximum-trials", "2", "--epochs", "2",
            "--network", "16", "--without", "network", "augmentation-strength", "--output", model, "--json");
        JsonNode evaluated = ToolRun.Done("evaluate", model, data, "--json").Json;

        Assert.HasCount(2, run.Json["trials"]!.AsArray());
        Assert.AreEqual("Finished", (string)run.Json["end"]!);
        Assert.Contains("trial 1, epoch 1", run.Errors);
        Assert.AreEqual(90, (int)evaluated["rows"]!);
    }

    [TestMethod]
    public void Sweep_WithoutWhatIsNotVaried_NamesTheNearest()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles());

        ToolRun run = ToolRun.Of("sweep", data, "--label", "kind", "--without", "learning-rat");

        Assert.AreEqual(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--without: 'learning-rat' is not varied; nearest: learning-rate", run.Errors);
    }
}
