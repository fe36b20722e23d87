using Microsoft.ML.Spiking.Sweeps.Tests.Running;
using Microsoft.Testing.Platform.Builder;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>Runs the tests or, started by one of them, a worker that will be killed.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [Worker.Command, string storage, string isHalving])
        {
            Worker.Run(storage, bool.Parse(isHalving));
            return 0;
        }
        ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(arguments);
        builder.AddSelfRegisteredExtensions(arguments);
        using ITestApplication application = await builder.BuildAsync();
        return await application.RunAsync();
    }
}
