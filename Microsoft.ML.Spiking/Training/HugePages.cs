namespace Microsoft.ML.Spiking.Training;

/// <summary>
/// libtorch's large buffers (from 2 MB) in huge pages of Linux: fresh memory then costs one page fault for 512. libtorch
/// looks at the variable THP_MEM_ALLOC_ENABLE when it allocates for the first time, and never again.
/// </summary>
internal static class HugePages
{
    private const string Variable = "THP_MEM_ALLOC_ENABLE";
    private const string Switch = "/sys/kernel/mm/transparent_hugepage/enabled";

    /// <summary>Asks for them; to be called before libtorch is used. Only where glibc is.</summary>
    /// <returns>Whether libtorch uses them.</returns>
    public static bool Request()
    {
        if (!AreOffered())
        {
            return false;
        }
        if (NativeEnvironment.Get(Variable) is string chosen)
        {
            return chosen == "1";
        }
        return !IsTorchLoaded() && NativeEnvironment.Set(Variable, "1");
    }

    /// <summary>Whether the system gives huge pages to those who ask: "always [madvise] never".</summary>
    private static bool AreOffered()
    {
        try
        {
            return !File.ReadAllText(Switch).Contains("[never]", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether somebody else has loaded libtorch; it may have allocated already.</summary>
    private static bool IsTorchLoaded()
    {
        try
        {
            return File.ReadLines("/proc/self/maps").Any(line => line.EndsWith("/libc10.so", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
