namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>A process that ends while libtorch is working has the exit code that its program returned.</summary>
[TestClass]
public sealed class EndingProcessTests
{
    private const int Repetitions = 3;

    [TestMethod]
    [DataRow(EndingProcess.MainReturns)]
    [DataRow(EndingProcess.Exits)]
    [DataRow(EndingProcess.ExitsInCallback)]
    [DataRow(EndingProcess.Scoring)]
    public void Process_EndingDuringWork_HasItsOwnExitCode(string way)
    {
        for (int i = 0; i < Repetitions; i++)
        {
            Assert.AreEqual(EndingProcess.ExitCode, EndingProcess.Start(way));
        }
    }

    [TestMethod]
    public void Process_EndingDuringTrainings_SavesThem()
    {
        using var folder = new TemporaryFolder();
        Assert.AreEqual(EndingProcess.ExitCode, EndingProcess.Start(EndingProcess.MainReturns, folder.Path));
        foreach (string training in new[] { "0", "1" })
        {
            // Epochs are 8 batches long, and it ends in the first ones.
            Assert.IsNotEmpty(
                Directory.GetFiles(Path.Combine(folder.Path, training), "*.checkpoint", SearchOption.AllDirectories));
        }
    }
}
