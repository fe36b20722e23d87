using Microsoft.ML.Spiking.Tests.Training.Checkpoints;
using Microsoft.Testing.Platform.Builder;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>Runs the tests, or, started by one of them, a training that is going to be killed.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [Trainee.Command, string folder])
        {
            Trainee.Run(folder);
            return 0;
        }
        ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(arguments);
        builder.AddSelfRegisteredExtensions(arguments);
        using ITestApplication application = await builder.BuildAsync();
        return await application.RunAsync();
    }
}
