namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>A folder that is deleted when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("spiking-samples-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
