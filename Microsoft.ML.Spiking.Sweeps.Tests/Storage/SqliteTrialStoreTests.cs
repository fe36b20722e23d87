using Microsoft.Data.Sqlite;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Storage;

[TestClass]
public sealed class SqliteTrialStoreTests : TrialStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private protected override SqlDialect Database => new SqliteDialect(Path.Combine(_folder.Path, "sweep.db"));

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
