using Microsoft.Data.Sqlite;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

[TestClass]
public sealed class SqliteSharedSweepTests : SharedSweepContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override string Storage => Path.Combine(_folder.Path, "sweep.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
