using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>
/// Bytes that native code has allocated and not freed, as glibc reports them: unlike resident memory, without what the
/// allocator keeps.
/// </summary>
internal static partial class NativeBytes
{
    private const string Library = "libc.so.6";
    private const string Report = "mallinfo2"; // from glibc 2.33 on

    /// <summary>Gets whether the system reports them.</summary>
    public static bool AreKnown => OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Library, out nint library)
        && NativeLibrary.TryGetExport(library, Report, out _);

    /// <summary>Returns the bytes now.</summary>
    public static double InUse()
    {
        Information now = Read();
        return now.Mapped + (double)now.Used;
    }

    [LibraryImport(Library, EntryPoint = Report)]
    private static partial Information Read();

    // malloc.h
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Information
    {
        private readonly nuint _arena, _freeChunks, _fastChunks, _mappedRegions;
        public readonly nuint Mapped;
        private readonly nuint _unused, _fast;
        public readonly nuint Used;
        private readonly nuint _free, _top;
    }
}
