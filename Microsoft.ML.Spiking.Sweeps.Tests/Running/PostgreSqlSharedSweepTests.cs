using Microsoft.ML.Spiking.Sweeps.Tests.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

[TestClass]
public sealed class PostgreSqlSharedSweepTests : SharedSweepContract
{
    private readonly Lazy<string> _database = new(() => PostgreSqlServer.Get().CreateDatabase());

    protected override string Storage => _database.Value;

    /// <summary>Kills the server, and starts it again a little later.</summary>
    private protected override void Disturb()
    {
        PostgreSqlServer server = PostgreSqlServer.Get();
        server.Stop();
        Thread.Sleep(500);
        server.Start();
    }
}
