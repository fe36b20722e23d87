using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The time for which Linux lets a thread run before another one's turn comes. Threads of a team wait for each other at
/// the end of each operation; on a busy machine each wait then lasts for the turn of a thread that has nothing to do
/// with it. A thread that asks for short turns gets them sooner, and no more of the processor than before.
/// </summary>
/// <remarks>
/// From Linux 6.12 on; on older systems, and where a sandbox forbids it, nothing happens. Scheduling class and nice
/// value remain, and threads that begin later do not inherit the request.
/// </remarks>
internal static unsafe partial class TimeSlice
{
    private const ulong Shortest = 100_000; // nanoseconds; the kernel grants no less
    private const ulong ResetOnFork = 1;
    private const uint Other = 0, Batch = 3; // the classes of ordinary threads
    private const nint SelfId = 0;

    private static readonly (nint Set, nint Get) Numbers = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (314, 315),
        Architecture.Arm64 => (274, 275),
        _ => (0, 0),
    };

    [ThreadStatic]
    private static bool _isShort;

    /// <summary>Asks for short turns for the calling thread; cheap when called again.</summary>
    public static void Shorten()
    {
        if (_isShort)
        {
            return;
        }
        _isShort = true;
        Attributes attributes = Read();
        if (GlibcHeap.IsThere && attributes.Nanoseconds > Shortest && attributes.Policy is Other or Batch)
        {
            attributes.Nanoseconds = Shortest;
            attributes.Flags |= ResetOnFork;
            _ = SystemCall(Numbers.Set, SelfId, &attributes, 0, 0);
        }
    }

    /// <summary>Returns the calling thread's turn in nanoseconds; 0 where the kernel does not say.</summary>
    public static long Current() => (long)Read().Nanoseconds;

    private static Attributes Read()
    {
        Attributes attributes = default;
        return GlibcHeap.IsThere && Numbers.Get != 0
            && SystemCall(Numbers.Get, SelfId, &attributes, sizeof(Attributes), 0) == 0 ? attributes : default;
    }

    // https://man7.org/linux/man-pages/man2/sched_setattr.2.html; glibc has functions for it only from 2.41 on.
    [SupportedOSPlatform("linux")]
    [LibraryImport(GlibcHeap.Library, EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint thread, Attributes* attributes, nint sizeOrFlags,
        nint flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Nanoseconds;
        public ulong Deadline;
        public ulong Period;
    }
}
