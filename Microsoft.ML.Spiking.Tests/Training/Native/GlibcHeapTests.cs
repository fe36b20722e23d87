using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

[TestClass]
public sealed partial class GlibcHeapTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("MALLOC_MMAP_MAX_", "0", true)]
    [DataRow("MALLOC_MMAP_THRESHOLD_", "131072", true)]
    [DataRow("MALLOC_TRIM_THRESHOLD_", "131072", true)]
    [DataRow("MALLOC_TOP_PAD_", "0", true)]
    [DataRow("GLIBC_TUNABLES", "glibc.malloc.trim_threshold=131072", true)]
    [DataRow("GLIBC_TUNABLES", "glibc.rtld.nns=4:glibc.malloc.arena_max=2", true)]
    [DataRow("GLIBC_TUNABLES", "glibc.rtld.nns=4", false)]
    [DataRow("MALLOC_CHECK_", "1", false)]
    public void IsTuned_OneVariable_SaysWhetherTheThresholdsAreTheUsers(string name, string value, bool expected) =>
        Assert.AreEqual(expected, GlibcHeap.IsTuned(variable => variable == name ? value : null));

    [TestMethod]
    public void IsTuned_NoVariable_IsFalse() => Assert.IsFalse(GlibcHeap.IsTuned(_ => null));

    /// <summary>A buffer that glibc maps goes back to the system when it is freed; others stay in the heap.</summary>
    [TestMethod]
    public void ReturnFreed_AfterKeepFreed_LargeBuffersAreMappedAgain()
    {
        if (!GlibcHeap.IsThere)
        {
            Assert.Inconclusive("This system does not use glibc.");
        }
        OwnProcess.Run(TestContext, () =>
        {
            // Each buffer is larger than those before, which the heap may have kept.
            GlibcHeap.KeepFreed(all: false);
            Assert.IsFalse(IsMapped(8 << 20), "while trainings run");
            GlibcHeap.ReturnFreed(all: false);
            Assert.IsTrue(IsMapped(16 << 20), "afterwards");

            GlibcHeap.KeepFreed(all: true);
            Assert.IsFalse(IsMapped(40 << 20), "while trainings run without huge pages");
            GlibcHeap.ReturnFreed(all: true);
            Assert.IsTrue(IsMapped(96 << 20), "afterwards, without huge pages");
        });
    }

    private static bool IsMapped(int bytes)
    {
        nuint before = Statistics().MappedBytes;
        nint buffer = Allocate((nuint)bytes);
        nuint after = Statistics().MappedBytes;
        Free(buffer);
        return after >= before + (nuint)bytes;
    }

    [LibraryImport(GlibcHeap.Library, EntryPoint = "malloc")]
    private static partial nint Allocate(nuint bytes);

    [LibraryImport(GlibcHeap.Library, EntryPoint = "free")]
    private static partial void Free(nint buffer);

    [LibraryImport(GlibcHeap.Library, EntryPoint = "mallinfo2")]
    private static partial HeapStatistics Statistics();

    /// <summary>struct mallinfo2 of malloc.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct HeapStatistics
    {
        private readonly nuint _arena, _freeChunks, _fastBins, _mappedRegions;
        public readonly nuint MappedBytes;
        private readonly nuint _unused, _freedFastBins, _used, _free, _releasable;
    }
}
