using System.Net.Http.Json;
using System.Security.Cryptography;
using global::WebService;
using global::WebService.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>The service on a free port of this machine, and a client of it.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly WebApplication _service;

    private RunningService(WebApplication service, LogLines log)
    {
        (_service, Log) = (service, log);
        Client = new HttpClient { BaseAddress = new Uri(service.Urls.Single()), Timeout = Patience };
    }

    public LogLines Log { get; }

    public HttpClient Client { get; }

    public ModelStore Models => _service.Services.GetRequiredService<ModelStore>();

    /// <summary>Starts it as Program.cs does.</summary>
    public static async Task<RunningService> StartAsync(string model, params string[] settings)
    {
        var log = new LogLines();
        WebApplication service = Service.Build(["--model", model, "--urls", "http://127.0.0.1:0", .. settings],
            builder => builder.Logging.ClearProviders().AddProvider(log));
        service.Services.GetRequiredService<ModelStore>().Load();
        await service.StartAsync();
        return new RunningService(service, log);
    }

    /// <summary>Returns the service's name for the model in a file.</summary>
    public static string Version(string model) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(model)))[..12];

    /// <summary>Posts a row, which must succeed.</summary>
    public async Task<Reply> PredictAsync(float[] features)
    {
        using HttpResponseMessage response = await Client.PostAsJsonAsync("/predict", new { features });
        string text = await response.Content.ReadAsStringAsync();
        Assert.IsTrue(response.IsSuccessStatusCode, text);
        return (await response.Content.ReadFromJsonAsync<Reply>())!;
    }

    public async Task<HealthReply> HealthAsync() => (await Client.GetFromJsonAsync<HealthReply>("/health"))!;

    /// <summary>Waits until the service reports a state.</summary>
    public async Task WaitForAsync(Func<HealthReply, bool> state)
    {
        using var limit = new CancellationTokenSource(Patience);
        HealthReply health = await HealthAsync();
        while (!state(health))
        {
            Assert.IsFalse(limit.IsCancellationRequested,
                $"Timed out waiting for the service: {health}\n{string.Join('\n', Log.Of(LogLevel.Error))}");
            await Task.Delay(20, CancellationToken.None);
            health = await HealthAsync();
        }
    }

    /// <summary>Waits until the model in a file is served and the service is healthy.</summary>
    public Task WaitForModelAsync(string model)
    {
        string version = Version(model);
        return WaitForAsync(health => health.Model == version && health.Status == "Healthy");
    }

    /// <summary>Stops it as a signal does: requests in progress are answered.</summary>
    public Task StopAsync() => _service.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _service.StopAsync();
        await _service.DisposeAsync();
    }
}
