using Microsoft.ML.Spiking.Tests.Compatibility;
using Microsoft.ML.Spiking.Tests.Training.Checkpoints;
using Microsoft.ML.Spiking.Tests.Training.Native;
using Microsoft.Testing.Platform.Builder;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>Runs the tests or, started by one of them, the part that needs a separate process.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [Trainee.Command, string folder])
        {
            Trainee.Run(folder);
            return 0;
        }
        if (arguments is [NativeLibraries.Command, string model, string task])
        {
            NativeLibraries.Run(model, task);
            return 0;
        }
        if (arguments is [LoadedRuntime.Command])
        {
            LoadedRuntime.Run();
            return 0;
        }
        if (arguments is [EndingProcess.Command, string way, string saved])
        {
            return EndingProcess.Run(way, saved);
        }
        return await RunTestsAsync(arguments);
    }

    // A method of its own, because the children must not load the test platform.
    private static async Task<int> RunTestsAsync(string[] arguments)
    {
        ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(arguments);
        builder.AddSelfRegisteredExtensions(arguments);
        using ITestApplication application = await builder.BuildAsync();
        return await application.RunAsync();
    }
}
