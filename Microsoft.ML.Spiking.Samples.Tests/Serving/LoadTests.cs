using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;

namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>Eight clients at once, each sending one request after another over real connections.</summary>
[TestClass]
public sealed class LoadTests : IDisposable
{
    private const int Clients = 8, RequestsOfAClient = 500;

    private readonly TemporaryFolder _folder = new();
    private readonly SampleRow[] _rows = TestModel.Rows(100, seed: 3);

    public TestContext TestContext { get; set; } = null!;

    private string Model => Path.Combine(_folder.Path, "model.zip");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Predict_WhileTheModelIsReplaced_IsAlwaysAnsweredByTheOldOrTheNewModelExactly()
    {
        string next = Path.Combine(_folder.Path, "next.zip");
        TestModel.Save(Model, seed: 1);
        TestModel.Save(next, seed: 2);
        string old = RunningService.Version(Model), young = RunningService.Version(next);
        var expected = new Dictionary<string, Answer[]>
        {
            [old] = TestModel.Answers(Model, _rows),
            [young] = TestModel.Answers(next, _rows),
        };
        await using RunningService service = await RunningService.StartAsync(Model);
        var counts = new ConcurrentDictionary<string, int>();
        int answered = 0;
        long start = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            string last = old;
            // Continues past its number of requests until the new model has answered.
            for (int i = 0; i < RequestsOfAClient || last == old; i++)
            {
                int row = ((client * 37) + i) % _rows.Length;
                Reply reply = await service.PredictAsync(_rows[row].Features);
                Assert.IsTrue(reply.Says(expected[reply.Model][row]), $"row {row}: {reply}");
                Assert.IsFalse(last == young && reply.Model == old, "The old model came back.");
                last = reply.Model;
                counts.AddOrUpdate(last, 1, (_, count) => count + 1);
                if (Interlocked.Increment(ref answered) == Clients * RequestsOfAClient / 4)
                {
                    File.Move(next, Model, overwrite: true);
                }
            }
        }));

        TestContext.WriteLine($"{answered} requests of {Clients} clients, " +
            $"{answered / Stopwatch.GetElapsedTime(start).TotalSeconds:0} a second: {counts[old]} answered by the " +
            $"old model, {counts[young]} by the new one, none wrong, none dropped.");
        Assert.AreEqual(answered, counts[old] + counts[young]);
    }

    [TestMethod]
    public async Task Predict_WhileTheServiceEnds_IsAnsweredRightOrNotAtAll()
    {
        TestModel.Save(Model, seed: 1);
        Answer[] expected = TestModel.Answers(Model, _rows);
        await using RunningService service = await RunningService.StartAsync(Model);
        int right = 0;
        Task? stop = null;

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            for (int i = client; ; i = (i + 1) % _rows.Length)
            {
                try
                {
                    using HttpResponseMessage response = await service.Client.PostAsJsonAsync(
                        "/predict", new { features = _rows[i].Features });
                    Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
                    Assert.IsTrue((await response.Content.ReadFromJsonAsync<Reply>())!.Says(expected[i]));
                }
                catch (HttpRequestException)
                {
                    return; // the service accepts no more connections
                }
                if (Interlocked.Increment(ref right) == 400)
                {
                    stop = service.StopAsync();
                }
            }
        }));
        await stop!;

        Assert.IsGreaterThanOrEqualTo(400, right);
    }
}
