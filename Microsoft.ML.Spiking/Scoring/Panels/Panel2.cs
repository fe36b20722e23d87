using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Panels;

/// <summary>Two vectors of outputs: with six steps, 15 registers of 16.</summary>
internal readonly unsafe struct Panel2<TLanes>(TLanes a, TLanes b) : IPanel<Panel2<TLanes>>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly TLanes _a = a;
    private readonly TLanes _b = b;

    public static int Width => 2 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel2<TLanes> Load(float* source) => new(TLanes.Load(source), TLanes.Load(source + TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Panel2<TLanes> panel, float* target)
    {
        TLanes.Store(panel._a, target);
        TLanes.Store(panel._b, target + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel2<TLanes> MultiplyAdd(Panel2<TLanes> weights, float value, Panel2<TLanes> sum)
    {
        TLanes factor = TLanes.Of(value);
        return new(TLanes.MultiplyAdd(weights._a, factor, sum._a), TLanes.MultiplyAdd(weights._b, factor, sum._b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel2<TLanes> Add(float* source, Panel2<TLanes> sum) => new(TLanes.Load(source) + sum._a, TLanes.Load(source + TLanes.Count) + sum._b);
}
