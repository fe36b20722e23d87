namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>A folder that is gone when the test has ended.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("spiking-samples-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
