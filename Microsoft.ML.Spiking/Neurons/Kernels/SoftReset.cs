using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>v = h - s level.</summary>
internal readonly struct SoftReset<TLanes> : IReset<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Level(TLanes threshold, TLanes resetPotential, TLanes extra) => threshold + extra;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Fired(TLanes h, TLanes level) => h - level;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SlopeBySpike(TLanes h, TLanes level) => -level;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Pass(TLanes gv, TLanes h, TLanes threshold) => gv;
}
