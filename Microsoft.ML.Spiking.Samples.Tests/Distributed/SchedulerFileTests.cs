using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Microsoft.ML.Spiking.Samples.Tests.Distributed;

/// <summary>The files that start samples/Distributed on clusters, as far as they can be checked without one.</summary>
[TestClass]
public sealed partial class SchedulerFileTests
{
    private static readonly string[] SlurmOptions =
        ["job-name", "nodes", "ntasks-per-node", "cpus-per-task", "mem-per-cpu", "time", "output"];

    [TestMethod]
    public void SlurmScript_IsShellWithOptionsOfSbatchAndTheSample()
    {
        string path = Build.InRepository("samples", "Distributed", "slurm.sbatch");
        string[] lines = File.ReadAllLines(path);
        string[] options = [.. lines.Select(line => SlurmOption().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups["name"].Value)];

        Assert.AreEqual("#!/bin/bash", lines[0]);
        Assert.AreSequenceEqual(SlurmOptions, options);
        Assert.HasCount(options.Length, lines.Where(line => line.StartsWith("#SBATCH", StringComparison.Ordinal)));
        AssertOptionsOfTheSample(File.ReadAllText(path));
        if (OperatingSystem.IsLinux())
        {
            using ChildProcess shell = ChildProcess.StartProgram(
                "bash", Path.GetTempPath(), new Dictionary<string, string>(), "-n", path);
            Assert.AreEqual(0, shell.WaitForExit(), shell.Errors);
        }
    }

    [TestMethod]
    public void KubernetesJob_HasTheFieldsOfAnMpiJob()
    {
        using var reader = new StreamReader(Build.InRepository("samples", "Distributed", "mpijob.yaml"));
        var yaml = new YamlStream();
        yaml.Load(reader);
        YamlNode job = yaml.Documents.Single().RootNode;

        Assert.AreEqual("kubeflow.org/v2beta1", job["apiVersion"].ToString());
        Assert.AreEqual("MPIJob", job["kind"].ToString());
        YamlNode specs = job["spec"]["mpiReplicaSpecs"];
        var launcher = (YamlMappingNode)specs["Launcher"];
        int workers = int.Parse(specs["Worker"]["replicas"].ToString(), null);
        int slots = int.Parse(job["spec"]["slotsPerWorker"].ToString(), null);
        YamlNode container = ((YamlSequenceNode)launcher["template"]["spec"]["containers"]).Single();
        string[] arguments = [.. ((YamlSequenceNode)container["args"]).Select(node => node.ToString())];

        Assert.AreEqual("1", launcher["replicas"].ToString());
        Assert.AreEqual($"{workers * slots}", arguments[Array.IndexOf(arguments, "-np") + 1]);
        AssertOptionsOfTheSample(string.Join(' ', arguments.SkipWhile(argument => argument != "/program/Distributed")));
    }

    private static void AssertOptionsOfTheSample(string text)
    {
        string program = File.ReadAllText(Build.InRepository("samples", "Distributed", "Program.cs"));
        string[] options =
        [
            .. SampleOption().Matches(text[text.LastIndexOf("/Distributed ", StringComparison.Ordinal)..])
                .Select(match => match.Value.Trim()),
        ];
        Assert.IsGreaterThan(3, options.Length);
        foreach (string option in options)
        {
            Assert.Contains($"\"{option}\"", program);
        }
    }

    [GeneratedRegex(@"^#SBATCH --(?<name>[a-z-]+)=\S+$")]
    private static partial Regex SlurmOption();

    [GeneratedRegex(@" --[a-z]+")]
    private static partial Regex SampleOption();
}
