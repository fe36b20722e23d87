namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// Native memory while trainings run. libtorch frees and allocates the buffers of every step anew; glibc gives large
/// ones back to the system each time, and half of a convolutional step is then page faults.
/// </summary>
/// <remarks>
/// Large buffers come from huge pages, at one page fault for 512, and buffers of usual size are kept by glibc when they
/// are freed. Only where there are no huge pages, glibc keeps the large ones too, which costs more memory. All this is
/// for glibc on Linux; elsewhere nothing happens. The allocator belongs to the whole process: the first training that
/// begins changes its thresholds, and the last one that ends sets them to fixed values and returns what is unused. They
/// cannot be restored exactly, because glibc does not say what they were and never adapts them again. Where the user
/// has tuned the allocator, its thresholds are left alone.
/// </remarks>
internal static class NativeMemory
{
    private static readonly Lock Gate = new();
    private static int _trainings;
    private static bool? _hasHugePages;

    private static readonly Lazy<bool> IsTuned = new(() => GlibcHeap.IsTuned(NativeEnvironment.Get));

    /// <summary>
    /// Arranges the memory for a training, until the result is disposed of. Call it before libtorch is used.
    /// </summary>
    /// <param name="isWanted">False does nothing.</param>
    /// <param name="hugePages">False to do without huge pages; null for them where they can be had.</param>
    public static IDisposable? Use(bool isWanted, bool? hugePages = null)
    {
        if (!isWanted || !GlibcHeap.IsThere)
        {
            return null;
        }
        lock (Gate)
        {
            _hasHugePages ??= hugePages ?? HugePages.Request();
            if (_trainings++ == 0 && !IsTuned.Value)
            {
                GlibcHeap.KeepFreed(all: _hasHugePages == false);
            }
        }
        return new Training();
    }

    private static void End()
    {
        lock (Gate)
        {
            if (--_trainings == 0)
            {
                if (!IsTuned.Value)
                {
                    GlibcHeap.ReturnFreed(all: _hasHugePages == false);
                }
                GlibcHeap.Trim();
            }
        }
    }

    private sealed class Training : IDisposable
    {
        private bool _hasEnded;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _hasEnded, true))
            {
                End();
            }
        }
    }
}
