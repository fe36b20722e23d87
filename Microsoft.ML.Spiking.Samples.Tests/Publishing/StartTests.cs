using System.Reflection.PortableExecutable;
using Microsoft.ML.Spiking.Samples.Tests.Batch;

namespace Microsoft.ML.Spiking.Samples.Tests.Publishing;

/// <summary>
/// The methods that are compiled when a published program starts. They are counted in the runtime's own trace; nothing
/// is timed.
/// </summary>
[TestClass]
public sealed class StartTests
{
    private const string Library = "Microsoft.ML.Spiking.";

    // The scorer's loops are always compiled for the processor at hand.
    private const int MostKernels = 60;

    private static readonly TemporaryFolder Folder = new();
    private static CompiledMethod[] _compiled = [];

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static void PublishAndRun(TestContext _)
    {
        string program = Path.Combine(Folder.Path, "program"), trace = Path.Combine(Folder.Path, "run.nettrace");
        ChildProcess.Run(Build.InRepository(),
            "publish", Build.InRepository("samples", "BatchScoring"), "-c", Build.Configuration, "--no-build", "-o",
            program);
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(3, seed: 2));
        ChildProcess.Run(Folder.Path, CompiledMethod.Trace(trace), Path.Combine(program, "BatchScoring.dll"),
            "--model", run.In("model.zip"), "--input", run.In("rows.csv"), "--output", run.In("predictions.csv"));
        Assert.HasCount(4, File.ReadAllLines(run.In("predictions.csv")));
        _compiled = CompiledMethod.Read(trace);
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    [DataRow("Microsoft.ML.Spiking.dll")]
    [DataRow("Microsoft.ML.Core.dll")]
    [DataRow("Microsoft.ML.Data.dll")]
    [DataRow("BatchScoring.dll")]
    public void PublishedAssembly_IsCompiledAheadOfTime(string assembly)
    {
        using FileStream file = File.OpenRead(Path.Combine(Folder.Path, "program", assembly));
        using var image = new PEReader(file);

        Assert.IsGreaterThan(0, image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
    }

    [TestMethod]
    public void FirstPrediction_OfTheLibrary_CompilesKernelsAlone()
    {
        CompiledMethod[] own =
            [.. _compiled.Where(method => method.Type.StartsWith(Library, StringComparison.Ordinal))];
        foreach (CompiledMethod method in own)
        {
            TestContext.WriteLine($"{method.Type}.{method.Name}");
        }

        // The trace is of this program: it contains the code that is compiled for the processor.
        Assert.Contains(Library + "Scoring", own.Select(method => method.Room));
        Assert.IsLessThanOrEqualTo(MostKernels, own.Length);
        Assert.DoesNotContain(Library + "Serialization", own.Select(method => method.Room));
        Assert.DoesNotContain(Library + "Networks", own.Select(method => method.Room));
    }

    /// <summary>
    /// JsonSerializer would compile hundreds of methods for the types of a network, so models are read without it.
    /// </summary>
    [TestMethod]
    public void FirstPrediction_ReadsTheNetworkWithoutReflection()
    {
        string[] converters = [.. _compiled.Select(method => method.Type).Distinct()
            .Where(type => type.StartsWith("System.Text.Json.Serialization", StringComparison.Ordinal)
                && type.Contains(Library, StringComparison.Ordinal))];

        Assert.IsEmpty(converters, string.Join('\n', converters));
    }

    /// <summary>
    /// LINQ over the library's own structs, or collections of them, cannot be compiled ahead of time.
    /// </summary>
    [TestMethod]
    public void FirstPrediction_CompilesNoCollectionOfTheLibrarysStructs()
    {
        string[] collections = [.. _compiled.Select(method => method.Type).Distinct()
            .Where(type => (type.StartsWith("System.Linq", StringComparison.Ordinal)
                    || type.StartsWith("System.Collections", StringComparison.Ordinal))
                && type.Contains(Library, StringComparison.Ordinal))];

        Assert.IsEmpty(collections, string.Join('\n', collections));
    }
}
