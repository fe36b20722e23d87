using Microsoft.Testing.Platform.Builder;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>Runs the tests, or, started by one of them, a worker that is going to be killed.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(arguments);
        builder.AddSelfRegisteredExtensions(arguments);
        using ITestApplication application = await builder.BuildAsync();
        return await application.RunAsync();
    }
}
