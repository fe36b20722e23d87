using System.Numerics;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>The launches between float32 and float16. Addresses are on the device.</summary>
/// <param name="Kernels">The device's kernels.</param>
internal readonly unsafe record struct HalfLaunch(CudaKernels Kernels)
{
    // Threads that find the largest magnitude: as many as a large card has room for.
    private const long MostThreads = 1 << 18;

    /// <summary>Returns n with 2^n at least the number of products of a sum.</summary>
    public static int Headroom(long products) => 64 - BitOperations.LeadingZeroCount((ulong)Math.Max(products, 1) - 1);

    /// <summary>Raises a word to the bits of the largest magnitude.</summary>
    /// <param name="values">Float32.</param>
    /// <param name="n">Number of values.</param>
    /// <param name="largest">The word.</param>
    public void Largest(nint values, long n, nint largest)
    {
        long threads = (Math.Min(n, MostThreads) + NeuronProgram.BlockSize - 1)
            / NeuronProgram.BlockSize * NeuronProgram.BlockSize;
        void** arguments = stackalloc void*[] { &values, &n, &threads, &largest };
        Kernels.Launch(PlainProgram.Halves, "largest_magnitude", threads, arguments);
    }

    /// <summary>Rounds to float16.</summary>
    /// <param name="values">Float32; its address is a multiple of 16 bytes.</param>
    /// <param name="halves">Takes the rounded values; its address is a multiple of 8 bytes.</param>
    /// <param name="n">Number of values.</param>
    /// <param name="largest">The word of <see cref="Largest"/>, by which they are scaled; zero to leave them.</param>
    /// <param name="headroom">See <see cref="Headroom"/>.</param>
    public void Round(nint values, nint halves, long n, nint largest = 0, int headroom = 0)
    {
        void** arguments = stackalloc void*[] { &values, &halves, &n, &largest, &headroom };
        Kernels.Launch(PlainProgram.Halves, "to_half", (n + 3) / 4, arguments);
    }

    /// <summary>Returns products of scaled values to float32 and their own scale.</summary>
    /// <param name="halves">Float16.</param>
    /// <param name="values">Takes them.</param>
    /// <param name="n">Number of values.</param>
    /// <param name="largest">As <see cref="Round"/> took it.</param>
    /// <param name="headroom">As <see cref="Round"/> took it.</param>
    public void Restore(nint halves, nint values, long n, nint largest, int headroom)
    {
        void** arguments = stackalloc void*[] { &halves, &values, &n, &largest, &headroom };
        Kernels.Launch(PlainProgram.Halves, "from_half", n, arguments);
    }
}
