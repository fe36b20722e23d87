namespace Microsoft.ML.Spiking.Tests;

/// <summary>
/// The category of tests that train, score whole presets or try every byte of a file. Mutation testing leaves them out:
/// for each mutant it runs all tests that reach the changed code.
/// </summary>
internal static class SlowTests
{
    public const string Category = "Slow";
}
