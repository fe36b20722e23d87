using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>v = (1 - s) h + s level.</summary>
internal readonly struct HardReset<TLanes> : IReset<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Level(TLanes threshold, TLanes resetPotential, TLanes extra) => resetPotential - extra;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Fired(TLanes h, TLanes level) => level;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SlopeBySpike(TLanes h, TLanes level) => level - h;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Pass(TLanes gv, TLanes h, TLanes threshold) =>
        TLanes.WhereAtLeast(h, threshold, TLanes.Of(0f), gv);
}
