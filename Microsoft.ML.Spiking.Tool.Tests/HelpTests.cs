using System.CommandLine;
using Microsoft.ML.Spiking.Sweeps;
using Microsoft.ML.Spiking.Tool.Commands;
using Microsoft.ML.Spiking.Tool.Settings;

namespace Microsoft.ML.Spiking.Tool.Tests;

[TestClass]
public sealed class HelpTests
{
    [TestMethod]
    [DataRow("train")]
    [DataRow("evaluate")]
    [DataRow("predict")]
    [DataRow("inspect")]
    [DataRow("convert")]
    [DataRow("sweep")]
    public void Help_OfEachCommand_HasExamplesAndExitCodes(string command)
    {
        ToolRun run = ToolRun.Done(command, "--help");

        Assert.Contains($"  spiking {command} ", run.Output);
        Assert.Contains("130 cancelled", run.Output);
        Assert.Contains("--json", run.Output);
        Assert.IsEmpty(run.Errors);
    }

    /// <summary>Ranges and defaults in the help are the library's documentation of the options.</summary>
    [TestMethod]
    public void Options_OfTheTrainer_AreNamedAndDescribedByTheLibrary()
    {
        Dictionary<string, Option> options =
            new SettingOptions<SpikingClifTrainer.Options>(TrainCommand.Decided).All.ToDictionary(option =>
                option.Name);

        Assert.IsGreaterThan(25, options.Count);
        Assert.AreEqual("The number of time steps T, from 1 to 1,000. Default 4, and 3 for tables with " +
            "receptive fields (see --encoder) whose --epochs are none.", options["--time-steps"].Description);
        Assert.AreEqual("The optimizer. Default adam-w.", options["--optimizer"].Description);
        Assert.AreEqual("Whether training keeps, of each batch, only what passes between parts of the network (a " +
            "part ends behind neurons and the pooling after them, or behind a residual block) and computes what is " +
            "inside a part a second time on the backward pass. Default false.",
                options["--activation-checkpointing"].Description);
        foreach (Option option in options.Values.Concat(new SettingOptions<SweepSettings>([]).All))
        {
            Assert.IsGreaterThan(10, option.Description!.Length, option.Name);
            Assert.DoesNotContain("Gets or sets", option.Description, option.Name);
            Assert.DoesNotContain("null", option.Description, option.Name);
            Assert.AreEqual(option.Description.Count(letter => letter == '('),
                option.Description.Count(letter => letter == ')'), option.Name);
        }
    }

    [TestMethod]
    public void Nearest_OfAName_PutsTheLeastChangeFirst()
    {
        Assert.AreEqual("nearest: weight, height", Nearest.Hint("wieght", ["height", "weight", "color"]));
        Assert.AreEqual("there are: height, color", Nearest.Hint("x", ["height", "color"]));
    }

    [TestMethod]
    [DataRow("TimeSteps", "time-steps")]
    [DataRow("CudaDeviceIndex", "cuda-device-index")]
    [DataRow("AdamW", "adam-w")]
    [DataRow("rootMeanSquare", "root-mean-square")]
    public void Name_OfAProperty_IsInLowerCaseWithHyphens(string property, string name) =>
        Assert.AreEqual(name, OptionNames.Of(property));
}
