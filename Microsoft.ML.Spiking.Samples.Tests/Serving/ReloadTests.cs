using Microsoft.Extensions.Logging;

namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

[TestClass]
public sealed class ReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ReloadTests()
    {
        TestModel.Save(Model, seed: 1);
        TestModel.Save(Next, seed: 2);
    }

    private string Model => Path.Combine(_folder.Path, "model.zip");

    private string Next => Path.Combine(_folder.Path, "next.zip");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Rename_OfAnotherModelToThePlace_ServesIt()
    {
        await using RunningService service = await StartAsync();
        SampleRow[] rows = TestModel.Rows(5, seed: 3);
        Answer[] expected = TestModel.Answers(Next, rows);
        string version = RunningService.Version(Next);

        File.Move(Next, Model, overwrite: true);
        await service.WaitForModelAsync(Model);

        for (int i = 0; i < rows.Length; i++)
        {
            Reply reply = await service.PredictAsync(rows[i].Features);
            Assert.IsTrue(reply.Model == version && reply.Says(expected[i]), reply.ToString());
        }
    }

    [TestMethod]
    public async Task Copy_OverTheFile_ServesIt()
    {
        await using RunningService service = await StartAsync();

        File.Copy(Next, Model, overwrite: true);

        await service.WaitForModelAsync(Next);
    }

    [TestMethod]
    public async Task PollingAlone_NoticesARename()
    {
        await using RunningService service = await StartAsync(
            "--Service:WatchFile=false", "--Service:PollInterval=00:00:00.050");

        File.Move(Next, Model, overwrite: true);

        await service.WaitForModelAsync(Model);
    }

    /// <summary>
    /// Orchestrators replace mounted files this way: the link keeps its name and points to another file.
    /// </summary>
    [TestMethod]
    public async Task LinkToAFolder_ThatLeadsElsewhere_ServesTheModelThere()
    {
        string first = Directory.CreateDirectory(Path.Combine(_folder.Path, "first")).FullName;
        string second = Directory.CreateDirectory(Path.Combine(_folder.Path, "second")).FullName;
        File.Move(Model, Path.Combine(first, "model.zip"));
        File.Move(Next, Path.Combine(second, "model.zip"));
        string data = Path.Combine(_folder.Path, "data"), spare = Path.Combine(_folder.Path, "spare");
        if (!TryLink(data, first) || !TryLink(spare, second))
        {
            Assert.Inconclusive("This user may not create links.");
        }
        await using RunningService service =
            await RunningService.StartAsync(Path.Combine(data, "model.zip"), "--Service:PollInterval=00:00:00.050");

        Directory.Delete(data);
        Directory.Move(spare, data);

        await service.WaitForModelAsync(Path.Combine(second, "model.zip"));
    }

    [TestMethod]
    [DataRow("this is not a zip")]
    [DataRow("")]
    [DataRow("PK\u0003\u0004 looks like one")]
    public async Task Garbage_InThePlace_TheOldModelGoesOnAndTheLogSaysSo(string garbage)
    {
        await using RunningService service = await StartAsync();
        string version = RunningService.Version(Model);
        SampleRow row = TestModel.Rows(1, seed: 3)[0];
        Answer expected = TestModel.Answers(Model, [row])[0];

        File.WriteAllText(Next, garbage);
        File.Move(Next, Model, overwrite: true);
        await service.WaitForAsync(health => health.Status == "Degraded");

        HealthReply health = await service.HealthAsync();
        Assert.AreEqual(version, health.Model);
        Assert.Contains("model.zip' is not a model that can be scored here: ", health.Fault!);
        Assert.Contains($"Version {version} remains in service.", service.Log.Of(LogLevel.Error)[^1]);
        Assert.IsTrue((await service.PredictAsync(row.Features)).Says(expected));
    }

    [TestMethod]
    public async Task DamagedModel_InThePlace_TheOldModelGoesOn()
    {
        await using RunningService service = await StartAsync();
        string version = RunningService.Version(Model);
        byte[] zip = File.ReadAllBytes(Next);
        zip[zip.Length / 2] ^= 0x10;

        File.WriteAllBytes(Model, zip);
        await service.WaitForAsync(health => health.Status == "Degraded");

        Assert.AreEqual(version, (await service.HealthAsync()).Model);
    }

    [TestMethod]
    public async Task FileThatIsWrittenInTwoHalves_IsServedWhenItIsWhole()
    {
        await using RunningService service = await StartAsync();
        byte[] zip = File.ReadAllBytes(Next);

        await using (FileStream file = File.Create(Model))
        {
            file.Write(zip.AsSpan(0, zip.Length / 2));
            file.Flush();
            await service.WaitForAsync(health => health.Status == "Degraded");
            file.Write(zip.AsSpan(zip.Length / 2));
        }

        await service.WaitForModelAsync(Next);
    }

    [TestMethod]
    public async Task FileThatIsDeleted_TheModelGoesOnUntilAnotherComes()
    {
        await using RunningService service = await StartAsync();
        string version = RunningService.Version(Model);

        File.Delete(Model);
        await service.WaitForAsync(health => health.Status == "Degraded");
        HealthReply without = await service.HealthAsync();
        File.Move(Next, Model);
        await service.WaitForModelAsync(Model);

        Assert.AreEqual(version, without.Model);
        Assert.Contains("There is no model", without.Fault!);
    }

    [TestMethod]
    public async Task SameModel_Again_IsNotReplaced()
    {
        await using RunningService service = await StartAsync();
        File.WriteAllText(Model, "garbage");
        await service.WaitForAsync(health => health.Status == "Degraded");

        TestModel.Save(Model, seed: 1);
        byte[] zip = File.ReadAllBytes(Model);
        await service.WaitForAsync(health => health.Status == "Healthy");
        int before = service.Log.Of(LogLevel.Information).Count(
            line => line.StartsWith("Serving", StringComparison.Ordinal));
        File.WriteAllText(Model, "garbage");
        await service.WaitForAsync(health => health.Status == "Degraded");
        File.WriteAllBytes(Model, zip);
        await service.WaitForAsync(health => health.Status == "Healthy");

        Assert.AreEqual(before, service.Log.Of(LogLevel.Information).Count(
            line => line.StartsWith("Serving", StringComparison.Ordinal)));
    }

    private Task<RunningService> StartAsync(params string[] settings) =>
        RunningService.StartAsync(Model, ["--Service:SettleTime=00:00:00.050", .. settings]);

    private static bool TryLink(string link, string target)
    {
        try
        {
            Directory.CreateSymbolicLink(link, target);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
