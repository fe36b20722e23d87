using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Samples.Tests.Native;

namespace Microsoft.ML.Spiking.Samples.Tests.Publishing;

/// <summary>
/// The sample that scores without ML.NET, compiled ahead of time, and trimmed into a single file with .NET in it. Both
/// are run as processes; each is published once.
/// </summary>
[TestClass]
public sealed class NativeTests
{
    private const long LimitAheadOfTime = 10_000_000, LimitSingleFile = 20_000_000;

    private static readonly TemporaryFolder Folder = new();

    public TestContext TestContext { get; set; } = null!;

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void PublishAheadOfTime_Sample_IsOneSmallProgramThatScores()
    {
        if (!HasLinker())
        {
            Assert.Inconclusive("Compiling ahead of time takes clang or gcc, and there is neither.");
        }

        AssertScores(Publish(), LimitAheadOfTime);
    }

    [TestMethod]
    public void PublishTrimmedSingleFile_Sample_IsOneProgramThatScores() =>
        AssertScores(
            Publish("--self-contained", "-p:PublishSingleFile=true", "-p:PublishTrimmed=true"), LimitSingleFile);

    /// <summary>
    /// Publishes, where a warning of the trimmer or of the compiler is an error; returns the folder.
    /// </summary>
    private static string Publish(params string[] arguments)
    {
        string folder = Path.Combine(Folder.Path, $"{arguments.Length}");
        ChildProcess.Run(Build.InRepository(), [
            "publish", Build.InRepository("samples", "Native"), "-c", Build.Configuration, "-warnaserror", "-o", folder,
            .. arguments]);
        return folder;
    }

    private void AssertScores(string folder, long limit)
    {
        FileInfo[] files = new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories);
        foreach (FileInfo file in files)
        {
            TestContext.WriteLine($"{file.Length,10:N0}  {file.Name}");
        }
        FileInfo program = files.Single();
        Assert.IsLessThan(limit, program.Length);

        foreach (string kind in (string[])["vector", "interleaved"])
        {
            string model = Path.Combine(folder, $"{kind}.zip");
            SpikingModelParameters network = NativeModel.Network(kind);
            NativeModel.Save(network, model);
            float[][] rows = NativeModel.Rows(20, network.Network.InputSize);
            AssertSame(NativeModel.Answers(model, rows), Run(program.FullName, model, rows));
        }
        using ChildProcess bad = Start(program.FullName, Path.Combine(folder, "none.zip"));
        Assert.AreEqual(1, bad.WaitForExit());
        Assert.Contains("none.zip", bad.Errors);
    }

    private static void AssertSame(Answer[] expected, string[] lines)
    {
        Assert.HasCount(expected.Length, lines);
        foreach ((Answer answer, string line) in expected.Zip(lines))
        {
            string[] words = line.Split(' ');
            Assert.AreEqual(answer.PredictedLabel, words[0]);
            foreach ((float score, string word) in answer.Score.Zip(words[1..]))
            {
                // Its vectors may have another width than those here, which changes the last digits.
                Assert.AreEqual(score, float.Parse(word, CultureInfo.InvariantCulture), 1e-4f);
            }
        }
    }

    private static string[] Run(string program, string model, float[][] rows)
    {
        string file = Path.ChangeExtension(model, ".txt");
        File.WriteAllLines(file, rows.Select(row =>
            string.Join(' ', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))));
        using ChildProcess process = Start(program, model, file);
        Assert.AreEqual(0, process.WaitForExit(), process.Errors);
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // Without .NET in reach, so that the program has what it needs.
    private static ChildProcess Start(string program, params string[] arguments) => ChildProcess.StartProgram(
        program, Folder.Path, new Dictionary<string, string> { ["DOTNET_ROOT"] = Folder.Path, ["PATH"] = Folder.Path },
        arguments);

    private static bool HasLinker() => RuntimeInformation.OSArchitecture is Architecture.X64 or Architecture.Arm64
        && Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc")));
}
