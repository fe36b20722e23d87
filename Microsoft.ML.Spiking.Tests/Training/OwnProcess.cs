using System.Diagnostics;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>
/// Tests that need a process of their own, such as those of resident memory, which would otherwise measure what other
/// tests allocate and free.
/// </summary>
internal static class OwnProcess
{
    private const string Mark = "SPIKING_TEST_IN_OWN_PROCESS";

    /// <summary>
    /// Runs the current test's body in a child process that runs only this test. Fails with the child's output.
    /// </summary>
    /// <param name="context">The current test; all its data rows run in the child.</param>
    /// <param name="body">The body of the test.</param>
    /// <param name="variables">Environment variables of the child, NAME=VALUE.</param>
    public static void Run(TestContext context, Action body, params string[] variables)
    {
        if (Environment.GetEnvironmentVariable(Mark) is not null)
        {
            body();
            return;
        }
        string program = Path.Combine(AppContext.BaseDirectory, typeof(OwnProcess).Assembly.GetName().Name!);
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? program + ".exe" : program)
        {
            ArgumentList =
            {
                "--filter", $"FullyQualifiedName={context.FullyQualifiedTestClassName}.{context.TestName}",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Mark] = "1";
        foreach (string variable in variables)
        {
            string[] parts = variable.Split('=', 2);
            start.Environment[parts[0]] = parts[1];
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(context.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, output + errors.Result); // nor is it 0 if no test ran
    }
}
