using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>Page-aligned native memory, filled with uniform random numbers so that every page is resident.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private const int PageSize = 4096;

    public NativeFloats(long length, float from, float to, int seed)
    {
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), PageSize);
        // One block of random numbers is repeated: generating all of them would take longer than the benchmark.
        var random = new Random(seed);
        float[] block = [.. Enumerable.Range(0, 65_521).Select(_ => from + ((to - from) * random.NextSingle()))];
        for (long start = 0; start < length; start += block.Length)
        {
            int count = (int)Math.Min(block.Length, length - start);
            block.AsSpan(0, count).CopyTo(new Span<float>(Pointer + start, count));
        }
    }

    public float* Pointer { get; }

    public void Dispose() => NativeMemory.AlignedFree(Pointer);
}
