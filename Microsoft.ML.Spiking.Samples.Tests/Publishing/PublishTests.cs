using System.Net.Http.Json;
using Microsoft.ML.Spiking.Samples.Tests.Serving;

namespace Microsoft.ML.Spiking.Samples.Tests.Publishing;

/// <summary>The files that are copied to a server: framework-dependent, for one runtime identifier.</summary>
[TestClass]
public sealed class PublishTests
{
    private const long Limit = 40_000_000, ShimLimit = 4_000_000;

    private static readonly string[] OfTorch =
        ["TorchSharp.dll", "LibTorchSharp.dll", "libLibTorchSharp.so", "libLibTorchSharp.dylib"];

    private static readonly string[] OfLibtorch =
        ["torch", "c10", "mkl", "iomp", "gomp", "cudart", "cudnn", "cublas", "asmjit", "fbgemm"];

    private static readonly TemporaryFolder Folder = new();

    public TestContext TestContext { get; set; } = null!;

    [ClassCleanup]
    public static void Remove() => Folder.Dispose();

    [TestMethod]
    [DataRow("Predict")]
    [DataRow("WebService")]
    [DataRow("BatchScoring")]
    public void Publish_Sample_IsSmallAndHoldsNoLibtorch(string sample)
    {
        string folder = Published(sample);
        FileInfo[] files =
            [.. new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories)
                .OrderByDescending(file => file.Length)];
        foreach (FileInfo file in files)
        {
            TestContext.WriteLine($"{file.Length,10:N0}  {Path.GetRelativePath(folder, file.FullName)}");
        }
        TestContext.WriteLine($"{files.Sum(file => file.Length),10:N0}  all {files.Length} files of {sample}");

        FileInfo[] torch = [.. files.Where(file => OfTorch.Contains(file.Name))];
        FileInfo[] libtorch = [.. files.Except(torch).Where(file =>
            OfLibtorch.Any(name => file.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))];
        Assert.IsEmpty(libtorch, string.Join(", ", libtorch.Select(file => file.Name)));
        Assert.IsTrue(torch.All(file => file.Length < ShimLimit));
        Assert.IsLessThan(Limit, files.Sum(file => file.Length));
    }

    [TestMethod]
    public async Task PublishedService_Predicts()
    {
        using var folder = new TemporaryFolder();
        string program = Published("WebService"), model = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        SampleRow row = TestModel.Rows(1, seed: 2)[0];
        using ChildProcess process = ChildProcess.Start(folder.Path, new Dictionary<string, string>(),
            Path.Combine(program, "WebService.dll"), "--model", "model.zip", "--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = new Uri(ServiceProcessTests.Address(process)) };

        using HttpResponseMessage response = await client.PostAsJsonAsync("/predict", new { features = row.Features });

        Assert.IsTrue((await response.Content.ReadFromJsonAsync<Reply>())!.Says(TestModel.Answers(model, [row])[0]));
        if (OperatingSystem.IsLinux())
        {
            string mapped = await File.ReadAllTextAsync($"/proc/{process.Id}/maps");
            Assert.Contains("coreclr", mapped);
            Assert.DoesNotContain("LibTorchSharp", mapped);
        }
    }

    /// <summary>Returns the folder that a sample is published to, once for all tests.</summary>
    private static string Published(string sample)
    {
        string folder = Path.Combine(Folder.Path, sample);
        if (!Directory.Exists(folder))
        {
            ChildProcess.Run(Build.InRepository(), "publish", Build.InRepository("samples", sample),
                "-c", Build.Configuration, "--no-build", "-o", folder);
        }
        return folder;
    }
}
