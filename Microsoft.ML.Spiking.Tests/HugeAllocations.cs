namespace Microsoft.ML.Spiking.Tests;

/// <summary>Allocations of terabytes, which most systems refuse.</summary>
internal static class HugeAllocations
{
    private const string Overcommit = "/proc/sys/vm/overcommit_memory";

    /// <summary>Skips a test on systems that promise memory they do not have, and would kill the process.</summary>
    public static void SkipWhereTheyArePromised()
    {
        if (!OperatingSystem.IsLinux() || (File.Exists(Overcommit) && File.ReadAllText(Overcommit).Trim() == "1"))
        {
            Assert.Inconclusive("This system promises memory that it does not have.");
        }
    }
}
