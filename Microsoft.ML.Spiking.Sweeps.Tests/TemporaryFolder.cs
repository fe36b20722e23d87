namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>A folder that is gone when the test has ended.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("spiking-sweeps-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
