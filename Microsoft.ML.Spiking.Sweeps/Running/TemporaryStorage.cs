using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>A database for one sweep, which is gone when the sweep ends.</summary>
internal sealed class TemporaryStorage : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spiking-sweep-");

    public TemporaryStorage()
    {
        Sql = new SqliteDialect(Path.Combine(_folder.FullName, "sweep.db"));
    }

    public SqlDialect Sql { get; }

    public void Dispose()
    {
        Sql.Close();
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody looks at it; the system empties its temporary folder in time.
        }
    }
}
