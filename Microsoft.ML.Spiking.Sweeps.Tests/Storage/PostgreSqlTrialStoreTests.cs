using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Storage;

[TestClass]
public sealed class PostgreSqlTrialStoreTests : TrialStoreContract
{
    private readonly Lazy<string> _database = new(() => PostgreSqlServer.Get().CreateDatabase());

    private protected override SqlDialect Database => new PostgreSqlDialect(_database.Value);

    [AssemblyCleanup]
    public static void StopServer() => PostgreSqlServer.End();
}
