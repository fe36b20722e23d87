using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// libtorch's large buffers (from 2 MB) in huge pages of Linux: fresh memory then costs one page fault for 512. libtorch
/// looks at the variable THP_MEM_ALLOC_ENABLE when it allocates for the first time, and never again.
/// </summary>
internal static partial class HugePages
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
        if (Marshal.PtrToStringUTF8(GetEnvironment(Variable)) is string chosen)
        {
            return chosen == "1";
        }
        // .NET's own variables are a copy that libtorch does not see.
        return !IsTorchLoaded() && SetEnvironment(Variable, "1", overwrite: 0) == 0;
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

    [LibraryImport(GlibcHeap.Library, EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);

    [LibraryImport(GlibcHeap.Library, EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
