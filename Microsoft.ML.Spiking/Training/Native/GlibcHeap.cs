using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>The settings of glibc's allocator; without it, nothing is changed.</summary>
internal static partial class GlibcHeap
{
    internal const string Library = "libc.so.6";

    // malloc.h
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int MapMost = -4;

    private const int LargestBuffer = 32 << 20; // glibc takes no higher threshold
    private const int LargestReserve = 256 << 20;

    // Read by glibc when the process starts; a choice of its user, which stays.
    private static readonly string[] Variables =
        ["MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_"];

    private static readonly Lazy<bool> Found = new(() => OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad(Library, out nint library)
        && NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out _));

    /// <summary>Gets whether the process runs on glibc.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsThere => Found.Value;

    /// <summary>Returns whether the user of the process has tuned the allocator, whose choice must stay.</summary>
    /// <param name="variable">Returns a variable of the native environment; null where it is not set.</param>
    public static bool IsTuned(Func<string, string?> variable) =>
        Variables.Any(name => variable(name) is not null)
        || variable("GLIBC_TUNABLES")?.Contains("glibc.malloc.", StringComparison.Ordinal) == true;

    /// <summary>Keeps freed buffers in the process, where they are used again.</summary>
    /// <param name="all">Of any size; else those below 32 MB, and up to 256 MB at the end of each heap.</param>
    public static void KeepFreed(bool all)
    {
        if (all)
        {
            Set(MapMost, 0);
        }
        Set(MapThreshold, LargestBuffer);
        Set(TrimThreshold, all ? int.MaxValue : LargestReserve);
    }

    /// <summary>
    /// Ends <see cref="KeepFreed"/>. glibc adapts its thresholds only until one is set, and they cannot be read; these
    /// are the values that it would have reached in a process that handles buffers of 4 MB.
    /// </summary>
    /// <param name="all">What <see cref="KeepFreed"/> was called with.</param>
    public static void ReturnFreed(bool all)
    {
        if (all)
        {
            Set(MapMost, 65_536); // glibc's default
        }
        Set(MapThreshold, 4 << 20);
        Set(TrimThreshold, 8 << 20);
    }

    /// <summary>Returns all unused pages to the system.</summary>
    public static void Trim()
    {
        if (IsThere)
        {
            _ = MallocTrim(0);
        }
    }

    private static void Set(int parameter, int value)
    {
        if (IsThere)
        {
            _ = MallocOption(parameter, value);
        }
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport(Library, EntryPoint = "mallopt")]
    private static partial int MallocOption(int parameter, int value);

    [SupportedOSPlatform("linux")]
    [LibraryImport(Library, EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
