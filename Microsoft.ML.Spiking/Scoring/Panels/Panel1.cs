using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Panels;

/// <summary>One vector of outputs: what is left over.</summary>
internal readonly unsafe struct Panel1<TLanes>(TLanes a) : IPanel<Panel1<TLanes>>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly TLanes _a = a;

    public static int Width => TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel1<TLanes> Load(float* source) => new(TLanes.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Panel1<TLanes> panel, float* target) => TLanes.Store(panel._a, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel1<TLanes> MultiplyAdd(Panel1<TLanes> weights, float value, Panel1<TLanes> sum) =>
        new(TLanes.MultiplyAdd(weights._a, TLanes.Of(value), sum._a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel1<TLanes> Add(float* source, Panel1<TLanes> sum) => new(TLanes.Load(source) + sum._a);
}
