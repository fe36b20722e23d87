using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.Spiking.Sweeps.Tests.Storage;
using Npgsql;

namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>The worker service as processes on one queue, in a PostgreSQL server of the tests' own.</summary>
[TestClass]
public sealed class QueueWorkerTests
{
    private const int Rows = 3000;

    private static readonly Dictionary<string, string> NoVariables = [];

    [ClassCleanup]
    public static void EndServer() => PostgreSqlServer.End();

    /// <summary>
    /// One of two workers is killed among its batches; one row is claimed by a worker that is long dead, one by a
    /// worker that died on it three times, and some are no rows for the model.
    /// </summary>
    [TestMethod]
    public async Task TwoWorkers_OneIsKilled_EachRowHasOneResult()
    {
        string connection = PostgreSqlServer.Get().CreateDatabase();
        using var folder = new TemporaryFolder();
        string model = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        SampleRow[] rows = TestModel.Rows(Rows, seed: 2);
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(connection);

        using ChildProcess survivor = Start(folder.Path, connection);
        using ChildProcess victim = Start(folder.Path, connection);
        Await(survivor, "Scoring with model");
        Await(victim, "Scoring with model");
        await InsertAsync(database, rows);
        Await(victim, " rows, of which ");
        victim.Kill();
        await ExecuteAsync(database, """
            insert into scoring_queue (features, attempts, claim, claimed_until) values
                ('{0.1,0.2,0.3,0.4,0.5,0.6}', 1, gen_random_uuid(), now() - interval '1 hour'),
                ('{0.1,0.2,0.3,0.4,0.5,0.6}', 3, gen_random_uuid(), now() - interval '1 hour');
            insert into scoring_queue (features) values
                ('{1,2,3,4,5}'), ('{1,2,null,4,5,6}'), ('{1,2,3,4,NaN,6}'), ('{}'), ('{1,2,3,4,3e38,6}');
            """);
        await EmptyAsync(database);
        using (Process kill = Process.Start("kill", ["-TERM", $"{survivor.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        Assert.AreEqual(0, survivor.WaitForExit(), survivor.Output);
        Assert.AreEqual("", survivor.Errors);
        Assert.Contains("Stopped; no claimed rows are left.", survivor.Output);
        Dictionary<long, Answer> results = await ResultsAsync(database);
        Answer[] expected = TestModel.Answers(model, rows);
        Assert.HasCount(Rows + 1, results);
        for (int i = 0; i < Rows; i++)
        {
            Assert.AreEqual(expected[i].PredictedLabel, results[i + 1].PredictedLabel);
            Assert.AreSequenceEqual(expected[i].Score, results[i + 1].Score);
        }
        string[] failed = await TextsAsync(
            database, "select error from scoring_queue where state = 'failed' order by id");
        Assert.AreSequenceEqual(
            new[]
            {
                "Given up after 3 attempts: each time the worker ended, or lost the database, before it had scored " +
                    "the row.",
                "There are 5 features; the model takes 6.",
                "Feature 3 is null, which is not a finite number.",
                "Feature 5 is NaN, which is not a finite number.",
                "There are 0 features; the model takes 6.",
                "The features are too large for the model.",
            },
            failed);
        Assert.AreSequenceEqual(
            new[] { $"done {Rows + 1}", "failed 6" },
            await TextsAsync(database, """
                select state || ' ' || count(*) from scoring_queue where claim is null group by state order by state
                """));
    }

    [TestMethod]
    [DataRow("--Worker:Model=absent.zip", "There is no model 'absent.zip'")]
    [DataRow("--Worker:Connection=", "Worker:Connection is missing: give Npgsql's connection string, such as ")]
    [DataRow("--Worker:Connection=Hots=x", "Couldn't set hots")]
    [DataRow("--Worker:BatchRows=0", "The field BatchRows must be between 1 and 10000.")]
    [DataRow("--Worker:Lease=soon", "Failed to convert configuration value 'soon'")]
    public void Start_WithABadSetting_EndsWithASentence(string setting, string sentence)
    {
        using var folder = new TemporaryFolder();
        TestModel.Save(Path.Combine(folder.Path, "model.zip"), seed: 1);
        using ChildProcess process = Start(folder.Path, "Host=127.0.0.1", setting);

        Assert.AreEqual(2, process.WaitForExit());
        Assert.StartsWith(sentence, process.Errors);
        Assert.DoesNotContain("\n", process.Errors);
    }

    /// <summary>A server that is absent may come back; a table of someone else's does not become another one.</summary>
    [TestMethod]
    public async Task Start_DatabaseAbsentOrWrong_WaitsOrEnds()
    {
        string connection = PostgreSqlServer.Get().CreateDatabase();
        using var folder = new TemporaryFolder();
        TestModel.Save(Path.Combine(folder.Path, "model.zip"), seed: 1);

        using (ChildProcess waiting = Start(folder.Path, "Host=127.0.0.1;Port=1"))
        {
            Await(waiting, "The database cannot be used: ");
            waiting.Kill();
        }
        await using (NpgsqlDataSource database = NpgsqlDataSource.Create(connection))
        {
            await ExecuteAsync(database, "create table scoring_queue (id bigint primary key)");
        }
        using ChildProcess wrong = Start(folder.Path, connection);

        Assert.AreEqual(2, wrong.WaitForExit(), wrong.Output);
        Assert.Contains("column \"state\" does not exist", wrong.Errors);
    }

    private static ChildProcess Start(string folder, string connection, params string[] settings) =>
        ChildProcess.Start(folder, NoVariables,
        [
            Build.Sample("QueueWorker"), "--Worker:Model=model.zip", $"--Worker:Connection={connection}",
            "--Worker:BatchRows=10", "--Worker:Lease=00:00:03", "--Worker:PollInterval=00:00:00.1", .. settings,
        ]);

    private static void Await(ChildProcess process, string words)
    {
        while (process.ReadLine() is string line)
        {
            if (line.Contains(words, StringComparison.Ordinal))
            {
                return;
            }
        }
        Assert.Fail($"It ended before it said '{words}'.\n{process.Output}\n{process.Errors}");
    }

    private static async Task InsertAsync(NpgsqlDataSource database, SampleRow[] rows)
    {
        await using NpgsqlConnection connection = await database.OpenConnectionAsync();
        await using NpgsqlBinaryImporter copy =
            await connection.BeginBinaryImportAsync("copy scoring_queue (features) from stdin (format binary)");
        foreach (SampleRow row in rows)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(row.Features);
        }
        await copy.CompleteAsync();
    }

    private static async Task EmptyAsync(NpgsqlDataSource database)
    {
        await using NpgsqlCommand command =
            database.CreateCommand("select count(*) from scoring_queue where state = 'waiting'");
        while ((long)(await command.ExecuteScalarAsync())! > 0)
        {
            await Task.Delay(100);
        }
    }

    private static async Task<Dictionary<long, Answer>> ResultsAsync(NpgsqlDataSource database)
    {
        await using NpgsqlCommand command =
            database.CreateCommand("select id, label, probabilities::text from scoring_results");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        var results = new Dictionary<long, Answer>();
        while (await reader.ReadAsync())
        {
            Dictionary<string, float> probabilities =
                JsonSerializer.Deserialize<Dictionary<string, float>>(reader.GetString(2))!;
            results.Add(reader.GetInt64(0), new Answer
            {
                PredictedLabel = reader.GetString(1),
                Score = [.. TestModel.Classes.Select(label => probabilities[label])],
            });
        }
        return results;
    }

    private static async Task<string[]> TextsAsync(NpgsqlDataSource database, string query)
    {
#pragma warning disable CA2100 // a constant of this file
        await using NpgsqlCommand command = database.CreateCommand(query);
#pragma warning restore CA2100
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }
        return [.. texts];
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string statements)
    {
#pragma warning disable CA2100 // a constant of this file
        await using NpgsqlCommand command = database.CreateCommand(statements);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
