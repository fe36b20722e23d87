using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>The largest value of a window.</summary>
internal readonly struct LargestPooling : IPooling
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IPooling.Combine<TLanes>(TLanes value, TLanes next) => TLanes.AtLeast(value, next);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IPooling.Finish<TLanes>(TLanes value, float share) => value;
}
