using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>Hints to the caches, without effect on processors that take none.</summary>
internal static unsafe class CacheHints
{
    /// <summary>Prefetches the cache line at <paramref name="address"/>, which need not be valid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>Stores a vector, past the caches where <paramref name="streaming"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, float* target, bool streaming)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (streaming)
        {
            TLanes.StoreNonTemporal(value, target);
        }
        else
        {
            TLanes.Store(value, target);
        }
    }

    /// <summary>Orders stores past the caches before all later stores.</summary>
    public static void Fence()
    {
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
        else
        {
            Thread.MemoryBarrier();
        }
    }
}
