using System.Net.Http.Json;
using System.Text.Json;

namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

[TestClass]
public sealed class PredictTests
{
    [TestMethod]
    public async Task Predict_Rows_AnswersWhatTheModelSays()
    {
        using var folder = new TemporaryFolder();
        string model = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        SampleRow[] rows = TestModel.Rows(20, seed: 2);
        Answer[] expected = TestModel.Answers(model, rows);
        await using RunningService service = await RunningService.StartAsync(model);

        for (int i = 0; i < rows.Length; i++)
        {
            Reply reply = await service.PredictAsync(rows[i].Features);
            Assert.IsTrue(reply.Says(expected[i]), $"row {i}: {reply}");
            Assert.AreEqual(RunningService.Version(model), reply.Model);
        }
        Assert.IsGreaterThan(1, expected.Select(answer => answer.PredictedLabel).Distinct().Count());
    }

    [TestMethod]
    public async Task PredictBatch_Rows_AnswersInTheirOrder()
    {
        using var folder = new TemporaryFolder();
        string model = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        SampleRow[] rows = TestModel.Rows(300, seed: 2);
        Answer[] expected = TestModel.Answers(model, rows);
        await using RunningService service = await RunningService.StartAsync(model);

        using HttpResponseMessage response =
            await service.Client.PostAsJsonAsync("/predict/batch", new { rows = rows.Select(row => row.Features) });
        BatchReply reply = (await response.Content.ReadFromJsonAsync<BatchReply>())!;

        Assert.HasCount(rows.Length, reply.Predictions);
        Assert.IsTrue(reply.Predictions.Zip(expected).All(pair => pair.First.Says(pair.Second)));
        Assert.AreEqual(RunningService.Version(model), reply.Model);
    }

    [TestMethod]
    public async Task PredictBatch_NoRows_AnswersNone()
    {
        using var folder = new TemporaryFolder();
        string model = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        await using RunningService service = await RunningService.StartAsync(model);

        using HttpResponseMessage response = await service.Client.PostAsJsonAsync(
            "/predict/batch", new { rows = Array.Empty<float[]>() });

        Assert.IsEmpty((await response.Content.ReadFromJsonAsync<BatchReply>())!.Predictions);
    }

    [TestMethod]
    public async Task Health_OfAFreshService_DescribesTheModel()
    {
        using var folder = new TemporaryFolder();
        string model = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        await using RunningService service = await RunningService.StartAsync(model);

        HealthReply health = await service.HealthAsync();

        Assert.AreEqual("Healthy", health.Status);
        Assert.IsNull(health.Fault);
        Assert.AreEqual(RunningService.Version(model), health.Model);
        Assert.AreEqual(TestModel.FeatureCount, health.Features);
        Assert.AreSequenceEqual(TestModel.Classes, health.Classes);
    }

    [TestMethod]
    public async Task OpenApi_Document_DescribesBothAddresses()
    {
        using var folder = new TemporaryFolder();
        string model = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        await using RunningService service = await RunningService.StartAsync(model);

        using JsonDocument document = JsonDocument.Parse(await service.Client.GetStringAsync("/openapi/v1.json"));

        foreach (string path in new[] { "/predict", "/predict/batch" })
        {
            JsonElement responses = document.RootElement.GetProperty("paths").GetProperty(path).GetProperty("post")
                .GetProperty("responses");
            Assert.AreSequenceEqual(new[] { "200", "400", "413", "415" },
                responses.EnumerateObject().Select(item => item.Name).Order().ToArray());
        }
    }
}
