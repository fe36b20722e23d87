using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Spiking.Tests.Compatibility;

/// <summary>Scoring in separate processes, without libtorch and with it.</summary>
[TestClass]
public sealed class WithoutLibtorchTests
{
    private const int Patience = 5 * 60 * 1000;

    private static readonly string Own = AppContext.BaseDirectory;
    private static readonly string Program = typeof(WithoutLibtorchTests).Assembly.GetName().Name + ".dll";

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Score_WhereLibtorchCannotBeFound_NeedsNoneAndSaysSoWhenAsked()
    {
        using var folder = new TemporaryFolder();
        CopyManagedAssemblies(folder.Path);

        Output output = await RunAsync(folder.Path, NativeLibraries.AskForTorch);

        SavedModelTests.AssertExpected(output.Predictions);
        Assert.IsEmpty(output.TorchLibraries, string.Join('\n', output.TorchLibraries));
        Assert.HasCount(3, output.Refusals);
        foreach (string refusal in output.Refusals)
        {
            Assert.StartsWith(
                "Scoring with ScoringBackend.Torch needs libtorch, which was not found: add the package TorchSharp-cpu",
                refusal);
        }
    }

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Score_WhereLibtorchLiesBesideTheApplication_DoesNotLoadIt()
    {
        Output output = await RunAsync(Own, NativeLibraries.ScoreOnly);

        SavedModelTests.AssertExpected(output.Predictions);
        Assert.IsEmpty(output.TorchLibraries, string.Join('\n', output.TorchLibraries));
    }

    /// <summary>The other tests would also pass if loaded libraries went undetected.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Score_WithLibtorchWhereItIsThere_ListsItsLibraries()
    {
        Output output = await RunAsync(Own, NativeLibraries.AskForTorch);

        SavedModelTests.AssertExpected(output.Predictions);
        Assert.Contains(file => Path.GetFileName(file).Contains("torch_cpu", StringComparison.Ordinal),
            output.TorchLibraries);
    }

    private async Task<Output> RunAsync(string folder, string task)
    {
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(folder, Program), NativeLibraries.Command, Path.Combine(Own, "Compatibility", "model-1.zip"),
                task])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.CancellationToken);
            string errors = await process.StandardError.ReadToEndAsync(TestContext.CancellationToken);
            await process.WaitForExitAsync(TestContext.CancellationToken);
            Assert.AreEqual(0, process.ExitCode, errors);
            return new([.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Trim())]);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>
    /// Copies the files of an application without a native package. Without the list of dependencies, which names
    /// libtorch's files, the host uses what it finds in the folder.
    /// </summary>
    private static void CopyManagedAssemblies(string folder)
    {
        foreach (string file in Directory.GetFiles(Own, "*.dll").Where(IsManaged)
            .Append(Path.Combine(Own, Path.ChangeExtension(Program, "runtimeconfig.json"))))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }

    private static bool IsManaged(string file)
    {
        try
        {
            return AssemblyName.GetAssemblyName(file) is not null;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    private sealed record Output(string[] Lines)
    {
        public IEnumerable<(string Label, float[] Scores)> Predictions => SavedModelTests.Parse(
            Lines.Where(line => !line.StartsWith(NativeLibraries.Loaded, StringComparison.Ordinal)
                && !line.StartsWith(NativeLibraries.Refused, StringComparison.Ordinal)));

        public string[] Refusals => After(NativeLibraries.Refused);

        /// <summary>Gets the loaded files of libtorch; the managed TorchSharp.dll is not one of them.</summary>
        public string[] TorchLibraries => [.. After(NativeLibraries.Loaded).Where(file =>
            Path.GetFileName(file) is string name && name != "TorchSharp.dll"
            && (name.Contains("torch", StringComparison.OrdinalIgnoreCase)
                || name.Contains("c10", StringComparison.Ordinal)))];

        private string[] After(string mark) =>
            [.. Lines.Where(line => line.StartsWith(mark, StringComparison.Ordinal))
                .Select(line => line[mark.Length..])];
    }
}
