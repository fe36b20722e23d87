using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>The mean of a window.</summary>
internal readonly struct MeanPooling : IPooling
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IPooling.Combine<TLanes>(TLanes value, TLanes next) => value + next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IPooling.Finish<TLanes>(TLanes value, float share) => value * TLanes.Of(share);
}
