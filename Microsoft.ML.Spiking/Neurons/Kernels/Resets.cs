using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// The effect of a spike on the potential. The "level" is subtracted (soft reset) or set (hard reset).
/// </summary>
internal interface IReset<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Returns the level, lowered further by <paramref name="extra"/>.</summary>
    static abstract TLanes Level(TLanes threshold, TLanes resetPotential, TLanes extra);

    /// <summary>Returns the potential after a spike at potential <paramref name="h"/>.</summary>
    static abstract TLanes Fired(TLanes h, TLanes level);

    /// <summary>Returns the derivative, by the spike, of the potential after the step.</summary>
    static abstract TLanes SlopeBySpike(TLanes h, TLanes level);

    /// <summary>
    /// Returns the part of <paramref name="gv"/>, the gradient by the potential after the step, that reaches
    /// <paramref name="h"/> directly.
    /// </summary>
    static abstract TLanes Pass(TLanes gv, TLanes h, TLanes threshold);
}

/// <summary>The soft reset: v = h - s level.</summary>
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

/// <summary>The hard reset: v = (1 - s) h + s level.</summary>
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
