using Npgsql;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Storage;

/// <summary>Servers that refuse a request, or disconnect.</summary>
[TestClass]
public sealed class PostgreSqlFaultTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void SweepSpikingClif_WrongPassword_NamesTheUserAndNotThePassword()
    {
        string message = Refusal(connection => connection.Password = "wrong");
        Assert.Contains($"refused the user '{PostgreSqlServer.User}': check the user name and the password.", message);
        Assert.DoesNotContain("wrong", message);
    }

    [TestMethod]
    public void SweepSpikingClif_DatabaseThatIsNotThere_SaysSo() =>
        Assert.Contains("does not exist; create it first.", Refusal(connection => connection.Database = "nothing"));

    [TestMethod]
    public void SweepSpikingClif_ServerGoneForTooLong_KeepsWhatIsStored()
    {
        PostgreSqlServer server = PostgreSqlServer.Get();
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Storage = SweepStorage.PostgreSql(server.CreateDatabase());
        (settings.DatabasePatience, settings.WorkerTimeout) = (TimeSpan.Zero, TimeSpan.FromSeconds(1));
        int epochs = 0;
        settings.Trainer.MetricsCallback = _ =>
        {
            if (++epochs == 5)
            {
                server.Stop();
            }
        };
        string message;
        try
        {
            message = Assert.ThrowsExactly<SweepStorageException>(() => Sweep(settings)).Message;
        }
        finally
        {
            server.Start();
        }
        Assert.Contains("what is stored is kept", message);

        settings.DatabasePatience = TimeSpan.FromMinutes(5);
        settings.Trainer.MetricsCallback = null;
        SweepResult resumed = Sweep(settings);
        settings.Storage = null;
        Assert.AreEqual(Summaries.Of(Sweep(settings)), Summaries.Of(resumed));
    }

    private string Refusal(Action<NpgsqlConnectionStringBuilder> change)
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgreSqlServer.Get().CreateDatabase());
        change(connection);
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Storage = SweepStorage.PostgreSql(connection.ToString());
        return Assert.ThrowsExactly<SweepStorageException>(() => Sweep(settings)).Message;
    }

    private SweepResult Sweep(SweepSettings settings) =>
        _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);
}
