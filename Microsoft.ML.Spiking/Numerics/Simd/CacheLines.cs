namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>Lengths of arrays of floats whose parts start a cache line each.</summary>
internal static class CacheLines
{
    private const int Floats = 16;

    /// <summary>Returns the length of whole cache lines that hold so many floats.</summary>
    public static int Whole(int length) => (length + Floats - 1) / Floats * Floats;

    /// <inheritdoc cref="Whole(int)"/>
    public static long Whole(long length) => (length + Floats - 1) / Floats * Floats;
}
