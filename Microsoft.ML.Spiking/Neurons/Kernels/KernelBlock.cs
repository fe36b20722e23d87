namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// How many neurons are walked through all time steps before the next ones: their state stays in the first cache and
/// what the replay leaves in the second. Depends on the number of time steps alone, never on threads.
/// </summary>
internal static class KernelBlock
{
    // A row of a block is then one page of memory for each array.
    private const int Largest = 1024;

    // What a block may leave between replay and backward pass: 256 KB, a quarter of a usual second cache.
    private const int SavedFloats = 65_536;

    /// <summary>Neurons that a thread takes at a time, at least.</summary>
    private const int ChunkFloor = 4096;

    /// <summary>Neurons in a block; a multiple of 64.</summary>
    public static int Length(int timeSteps, int savedRows)
    {
        long fitting = savedRows == 0 ? Largest : SavedFloats / ((long)timeSteps * savedRows);
        return (int)Math.Clamp(fitting / 64 * 64, 64, Largest);
    }

    /// <summary>Neurons in a chunk, the unit that threads share out: whole blocks.</summary>
    public static long Chunk(int block) => (ChunkFloor + block - 1) / block * (long)block;
}
