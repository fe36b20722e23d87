namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// Huge pages of Linux for libtorch's large buffers (from 2 MB): fresh memory then costs one page fault for 512.
/// libtorch looks at the variable THP_MEM_ALLOC_ENABLE when it allocates for the first time, and never again.
/// </summary>
internal static class HugePages
{
    private const string Variable = "THP_MEM_ALLOC_ENABLE";
    private const string Switch = "/sys/kernel/mm/transparent_hugepage/enabled";

    /// <summary>Whether <see cref="Request"/> came before libtorch was loaded.</summary>
    private static bool _areRequested;

    /// <summary>Asks for huge pages; to be called before libtorch is used. Only where glibc is.</summary>
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
        _areRequested |= !IsTorchLoaded();
        return _areRequested;
    }

    /// <summary>
    /// Returns the variables that must be set while libtorch is loaded and allocates for the first time.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables() => _areRequested ? [new(Variable, "1")] : [];

    /// <summary>Returns whether the system gives huge pages on request: "always [madvise] never".</summary>
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

    /// <summary>Returns whether libtorch has been loaded; it may have allocated already.</summary>
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
