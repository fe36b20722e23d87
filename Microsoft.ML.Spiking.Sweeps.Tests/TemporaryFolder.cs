namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>A folder that is deleted when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("spiking-sweeps-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
