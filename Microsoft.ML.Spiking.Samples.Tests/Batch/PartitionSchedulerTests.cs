using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

/// <summary>
/// The files that start samples/BatchScoring on clusters: their commands are run here, with a program in its place that
/// prints its arguments.
/// </summary>
[TestClass]
public sealed class PartitionSchedulerTests
{
    private const string Wanted = "--model model.zip --input rows.parquet --output predictions.parquet --partition ";

    [TestMethod]
    public void SlurmArray_StartsEachPartitionOnce()
    {
        NeedShell();
        string path = Build.InRepository("samples", "BatchScoring", "slurm.sbatch");
        string tasks = Regex.Match(File.ReadAllText(path), @"^#SBATCH --array=1-(\d+)$", RegexOptions.Multiline)
            .Groups[1].Value;
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "program"));
        WriteProgram(Path.Combine(folder.Path, "program", "BatchScoring"));

        foreach (string task in new[] { "1", tasks })
        {
            var environment = new Dictionary<string, string>
            {
                ["SLURM_ARRAY_TASK_ID"] = task,
                ["SLURM_ARRAY_TASK_COUNT"] = tasks,
            };
            Assert.AreEqual($"{Wanted}{task}/{tasks}", Output(folder.Path, environment, "bash", path));
        }
    }

    [TestMethod]
    public void KubernetesJob_IsAJobThatStartsEachPartitionOnce()
    {
        NeedShell();
        // Strict: a field that batch/v1 does not have, or of another type, throws.
        V1JobSpec job = KubernetesYaml.Deserialize<V1Job>(
            File.ReadAllText(Build.InRepository("samples", "BatchScoring", "job.yaml")), strict: true).Spec;
        V1Container container = job.Template.Spec.Containers.Single();
        using var folder = new TemporaryFolder();
        WriteProgram(Path.Combine(folder.Path, "BatchScoring"));
        string command = container.Args.Single().Replace("/program/", "./", StringComparison.Ordinal);

        Assert.AreEqual("Indexed", job.CompletionMode);
        Assert.AreEqual("Never", job.Template.Spec.RestartPolicy, "A failure policy needs it.");
        Assert.AreEqual(container.Name, job.PodFailurePolicy.Rules[0].OnExitCodes.ContainerName);
        Assert.AreSequenceEqual(new[] { 2 }, job.PodFailurePolicy.Rules[0].OnExitCodes.Values);
        foreach (int index in new[] { 0, job.Completions!.Value - 1 })
        {
            var environment = new Dictionary<string, string> { ["JOB_COMPLETION_INDEX"] = $"{index}" };
            Assert.AreEqual($"{Wanted}{index + 1}/{job.Completions}",
                Output(folder.Path, environment, [.. container.Command, command]));
        }
    }

    private static void NeedShell()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("These commands are for a POSIX shell.");
        }
    }

    private static void WriteProgram(string path)
    {
        File.WriteAllText(path, "#!/bin/sh\necho \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private static string Output(string folder, Dictionary<string, string> environment, params string[] command)
    {
        using ChildProcess process = ChildProcess.StartProgram(command[0], folder, environment, command[1..]);
        Assert.AreEqual(0, process.WaitForExit(), process.Errors);
        return process.Output;
    }
}
