using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>A thread's working memory for kernels: grows to the largest request and goes with the thread.</summary>
internal static unsafe class KernelScratch
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static float[]? _buffer;

    /// <summary>At least <paramref name="length"/> floats, aligned to a cache line, with any content; good until the
    /// thread's next call.</summary>
    public static float* Rent(long length)
    {
        if (_buffer is null || _buffer.LongLength < length + (Alignment / sizeof(float)))
        {
            _buffer = GC.AllocateUninitializedArray<float>(
                checked((int)(length + (Alignment / sizeof(float)))), pinned: true);
        }
        nuint address = (nuint)Unsafe.AsPointer(ref _buffer[0]);
        return (float*)((address + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
