using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

[TestClass]
public sealed class GlibcHeapTests
{
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
}
