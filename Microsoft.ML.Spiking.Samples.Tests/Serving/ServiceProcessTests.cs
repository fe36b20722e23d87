using System.Diagnostics;
using System.Net.Http.Json;

namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>Starting and stopping the service as a process.</summary>
[TestClass]
public sealed class ServiceProcessTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [TestMethod]
    public void Start_WithoutAModel_EndsWithASentence()
    {
        using var folder = new TemporaryFolder();
        using ChildProcess process = Start(folder, "--model", "absent.zip");

        Assert.AreEqual(2, process.WaitForExit());
        Assert.AreEqual(
            $"There is no model '{Path.Combine(RealPath(folder), "absent.zip")}': give the path of a zip that " +
            "mlContext.Model.Save has written.", process.Errors);
    }

    [TestMethod]
    public void Start_WithGarbage_EndsWithASentence()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "model.zip"), "garbage");
        using ChildProcess process = Start(folder, "--model", "model.zip");

        Assert.AreEqual(2, process.WaitForExit());
        string model = Path.Combine(RealPath(folder), "model.zip");
        Assert.AreEqual($"'{model}' is not a model that can be scored here: it is not a zip.", process.Errors);
    }

    [TestMethod]
    [DataRow("--Service:MaxBatchRows=0", "MaxBatchRows must be between 1 and 1000000")]
    [DataRow("--Service:MaxRequestBytes=99999999999", "MaxRequestBytes must be between 1024 and 1073741824")]
    [DataRow("--Service:MaxRequestBytes=many", "Failed to convert configuration value 'many'")]
    public void Start_WithABadSetting_EndsWithASentence(string setting, string sentence)
    {
        using var folder = new TemporaryFolder();
        TestModel.Save(Path.Combine(folder.Path, "model.zip"), seed: 1);
        using ChildProcess process = Start(folder, "--model", "model.zip", setting);

        Assert.AreEqual(2, process.WaitForExit());
        Assert.Contains(sentence, process.Errors);
        Assert.DoesNotContain("\n", process.Errors);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows,
        IgnoreMessage = "There is no such signal on Windows.")]
    public async Task Terminate_RunningService_EndsWithExitCode0AndAnEmptyErrorStream()
    {
        using var folder = new TemporaryFolder();
        string model = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        SampleRow row = TestModel.Rows(1, seed: 2)[0];
        using ChildProcess process = Start(folder, "--model", "model.zip");
        using var client = new HttpClient { BaseAddress = new Uri(Address(process)) };

        using HttpResponseMessage response = await client.PostAsJsonAsync("/predict", new { features = row.Features });
        Assert.IsTrue((await response.Content.ReadFromJsonAsync<Reply>())!.Says(TestModel.Answers(model, [row])[0]));
        using (Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        Assert.AreEqual(0, process.WaitForExit(), process.Output);
        Assert.Contains("Application is shutting down", process.Output);
        Assert.AreEqual("", process.Errors);
    }

    /// <summary>Returns the address that the service reports.</summary>
    internal static string Address(ChildProcess process)
    {
        const string Before = "Now listening on: ";
        while (process.ReadLine() is string line)
        {
            if (line.Contains(Before, StringComparison.Ordinal))
            {
                return line[(line.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..].Trim();
            }
        }
        throw new AssertFailedException($"The service did not start.\n{process.Output}\n{process.Errors}");
    }

    private static ChildProcess Start(TemporaryFolder folder, params string[] arguments) =>
        ChildProcess.Start(
            folder.Path, NoVariables, [Build.Sample("WebService"), .. arguments, "--urls", "http://127.0.0.1:0"]);

    /// <summary>Returns the path as the process sees it: on macOS the temporary folder is behind a link.</summary>
    private static string RealPath(TemporaryFolder folder) =>
        OperatingSystem.IsMacOS() ? "/private" + folder.Path : folder.Path;
}
