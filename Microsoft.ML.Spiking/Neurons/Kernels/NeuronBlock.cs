using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// The number of neurons that go through all time steps before the next ones: their state stays in the first-level
/// cache and their replayed values in the second. It depends on the number of time steps alone, never on threads.
/// </summary>
internal static class NeuronBlock
{
    // One step of a block is then one page of memory in each array.
    private const int Largest = 1024;

    // What a block may leave between replay and backward pass: 256 KB, a quarter of a usual second-level cache.
    private const int ReplayedFloats = 65_536;

    /// <summary>Neurons that a thread takes at a time, at least.</summary>
    private const int ChunkFloor = 4096;

    /// <summary>
    /// Returns the number of neurons in a block; a multiple of 64, or of the pooling's unit if that is larger.
    /// </summary>
    public static int Length(int timeSteps, int replayedVariables, SpikePooling pooling = default)
    {
        long fitting = replayedVariables == 0 ? Largest : ReplayedFloats / ((long)timeSteps * replayedVariables);
        return pooling.IsNone ? Whole(fitting, 64) : Whole(fitting, pooling.Unit);
    }

    // Inlined, so that the usual unit costs no division.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Whole(long fitting, long unit) =>
        (int)Math.Max(Math.Min(fitting, Largest) / unit * unit, unit);

    /// <summary>Returns the number of neurons in a chunk, the unit that threads share out: whole blocks.</summary>
    public static long Chunk(int block) => (ChunkFloor + block - 1) / block * (long)block;
}

/// <summary>
/// A thread's working memory for kernels: grows to the largest request and lives as long as the thread.
/// </summary>
internal static unsafe class ScratchMemory
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static float[]? _buffer;

    /// <summary>
    /// Returns at least <paramref name="length"/> floats of undefined content, aligned to a cache line and valid until
    /// the thread's next call.
    /// </summary>
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
