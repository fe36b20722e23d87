using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Distributed.Mpi;

namespace Microsoft.ML.Spiking.Samples.Tests.Distributed;

/// <summary>One network trained by processes that mpirun starts.</summary>
[TestClass]
public sealed partial class MpiTests
{
    private static readonly string[] Short = ["--rows", "150", "--epochs", "1", "--network", "conv", "--batch", "32"];

    [TestMethod]
    public void Mpirun_ThreeRanks_GiveTheWeightsOfOneProcessThatAccumulates()
    {
        DistributedRun.NeedLauncher();
        using var folder = new TemporaryFolder();

        string alone = DistributedRun.WeightsAlone(folder.Path, 3, Short);
        string[] weights = DistributedRun.Weights(folder.Path, 3, [.. Short, "--model", "model.zip"]);

        Assert.AreSequenceEqual([alone, alone, alone], weights);
        Assert.IsTrue(File.Exists(Path.Combine(folder.Path, "model.zip")));
    }

    [TestMethod]
    public void Mpirun_ARankIsKilled_EndsAllWithASentenceAndResumes()
    {
        DistributedRun.NeedLauncher();
        using var folder = new TemporaryFolder();
        string[] training = ["--rows", "200", "--epochs", "40"];
        string whole = DistributedRun.WeightsAlone(folder.Path, 2, training);
        string[] arguments = [.. training, "--checkpoint", "checkpoints"];

        using (ChildProcess process = DistributedRun.Start(folder.Path, 2, arguments))
        {
            int victim = 0;
            while (process.ReadLine() is string line && !line.StartsWith("epoch 2/", StringComparison.Ordinal))
            {
                Match rank = SecondRank().Match(line);
                victim = rank.Success ? int.Parse(rank.Groups[1].Value, CultureInfo.InvariantCulture) : victim;
            }
            Process.GetProcessById(victim).Kill();

            Assert.AreNotEqual(0, process.WaitForExit());
            Assert.Contains("Rank 0 of 2 ends: the launcher has terminated it", process.Errors);
            Assert.DoesNotContain("weights", process.Output);
        }
        string[] resumed = DistributedRun.Weights(folder.Path, 2, arguments);

        Assert.AreSequenceEqual([whole, whole], resumed);
    }

    [TestMethod]
    public void Mpirun_RanksWithOtherData_AreAllRefusedWithASentence()
    {
        DistributedRun.NeedLauncher();
        using var folder = new TemporaryFolder();
        string[] program = ["-np", "1", "dotnet", Build.Sample("Distributed"), "--rows"];

        using ChildProcess process = DistributedRun.Launch(folder.Path, [.. program, "60", ":", .. program, "61"]);

        Assert.AreEqual(1, process.WaitForExit(), process.Errors);
        string sentence = "The 2 ranks cannot train one network: rank 1 has 61 training rows of 784 features and " +
            "rank 0 has 60 of 784.";
        Assert.HasCount(2, Regex.Matches(process.Errors, Regex.Escape(sentence)), process.Errors);
    }

    [TestMethod]
    public void Join_WithoutLauncher_TrainsAlone()
    {
        DistributedRun.NeedLauncher();
        using var folder = new TemporaryFolder();
        string[] arguments = ["--rows", "60", "--epochs", "1"];

        using ChildProcess process = ChildProcess.Start(folder.Path, new Dictionary<string, string>(),
            [Build.Sample("Distributed"), .. arguments, "--threads", "1"]);

        string alone = DistributedRun.WeightsAlone(folder.Path, 1, arguments);
        Assert.AreEqual(alone, DistributedRun.Weights(process).Single());
        Assert.Contains("rank 0 of 1: process", process.Output);
    }

    [TestMethod]
    public void Load_NoLibrary_SaysWhatToInstall()
    {
        InvalidOperationException fault = Assert.ThrowsExactly<InvalidOperationException>(
            () => MpiLibrary.Load(["libspiking-none.so.40", "libspiking-none.so"]));

        Assert.StartsWith("No MPI library was found (looked for libspiking-none.so.40, libspiking-none.so). ",
            fault.Message);
        Assert.Contains("apt-get install openmpi-bin", fault.Message);
    }

    [TestMethod]
    public void Load_ALibraryThatIsNotMpi_IsPassedOver() =>
        Assert.ThrowsExactly<InvalidOperationException>(() => MpiLibrary.Load(["libc.so.6"]));

    [TestMethod]
    public void Mpirun_AcrossTwoNetworks_GivesTheSameWeights()
    {
        DistributedRun.NeedLauncher();
        using var folder = new TemporaryFolder();
        using TwoNetworks networks = TwoNetworks.Make(folder.Path);

        using ChildProcess process = networks.Launch(
            folder.Path, "dotnet", Build.Sample("Distributed"), "--threads", "1", "--rows", "120", "--epochs", "1");

        string alone = DistributedRun.WeightsAlone(folder.Path, 2, "--rows", "120", "--epochs", "1");
        Assert.AreSequenceEqual([alone, alone], DistributedRun.Weights(process));
    }

    [GeneratedRegex(@"^rank 1 of 2: process (\d+) on ")]
    private static partial Regex SecondRank();
}
