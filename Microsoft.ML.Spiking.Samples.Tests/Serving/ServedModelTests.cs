using global::WebService.Models;

namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

[TestClass]
public sealed class ServedModelTests
{
    [TestMethod]
    public async Task Lease_OfAModelThatIsReplaced_WorksUntilItIsGivenBack()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(path, seed: 1);
        SampleRow[] rows = TestModel.Rows(3, seed: 2);
        Answer[] expected = TestModel.Answers(path, rows);
        await using RunningService service = await RunningService.StartAsync(path);
        ModelLease first = service.Models.Rent(), second = service.Models.Rent();

        TestModel.Save(path, seed: 2);
        await service.WaitForModelAsync(path);

        first.Dispose();
        Assert.AreSequenceEqual(expected[0].Score, second.Model.Score(rows[0].Features));
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => second.Model.Score(rows[0].Features));
        using ModelLease present = service.Models.Rent();
        Assert.AreEqual(RunningService.Version(path), present.Model.Version);
    }

    [TestMethod]
    public void Rent_AfterTheEnd_ThrowsObjectDisposedException()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(path, seed: 1);
        var models = new ModelStore(
            Microsoft.Extensions.Options.Options.Create(new global::WebService.ServiceOptions { Model = path }),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<ModelStore>.Instance);
        models.Load();
        models.Dispose();

        Assert.Throws<ObjectDisposedException>(() => models.Rent());
    }

    /// <summary>Threads rent, score and return the model while it is replaced and finally disposed.</summary>
    [TestMethod]
    public void Score_FromManyThreadsWhileModelsAreReplacedAndDisposed_IsAlwaysThatOfTheRentedModel()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        SampleRow[] rows = TestModel.Rows(50, seed: 2);
        (byte[] File, Answer[] Answers)[] models = [.. Enumerable.Range(1, 2).Select(seed =>
        {
            TestModel.Save(path, seed);
            return (File.ReadAllBytes(path), TestModel.Answers(path, rows));
        })];
        using var store = new ModelStore(
            Microsoft.Extensions.Options.Options.Create(new global::WebService.ServiceOptions { Model = path }),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<ModelStore>.Instance);
        store.Load();
        Dictionary<string, Answer[]> expected = models.ToDictionary(
            model => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(model.File))[..12],
            model => model.Answers);
        int right = 0, wrong = 0, ended = 0;

        Thread[] threads = [.. Enumerable.Range(0, 4).Select(thread => new Thread(() =>
        {
            try
            {
                for (int i = thread; ; i = (i + 1) % rows.Length)
                {
                    using ModelLease lease = store.Rent();
                    bool same = lease.Model.Score(rows[i].Features).SequenceEqual(
                        expected[lease.Model.Version][i].Score);
                    Interlocked.Increment(ref same ? ref right : ref wrong);
                }
            }
            catch (ObjectDisposedException)
            {
                Interlocked.Increment(ref ended);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        for (int i = 0; i < 20; i++)
        {
            File.WriteAllBytes(path, models[i % 2].File);
            store.Load();
            Thread.Sleep(2);
        }
        SpinWait.SpinUntil(() => Volatile.Read(ref right) + Volatile.Read(ref wrong) > 1000, TimeSpan.FromMinutes(1));
        store.Dispose();
        Array.ForEach(threads, thread => Assert.IsTrue(thread.Join(TimeSpan.FromMinutes(1))));

        Assert.AreEqual(0, wrong);
        Assert.IsGreaterThan(1000, right);
        Assert.AreEqual(threads.Length, ended);
    }
}
