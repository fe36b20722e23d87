using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Panels;

/// <summary>Some neighbouring outputs of a linear layer, held in registers.</summary>
internal unsafe interface IPanel<TSelf> where TSelf : unmanaged, IPanel<TSelf>
{
    /// <summary>Gets the number of outputs.</summary>
    static abstract int Width { get; }

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf panel, float* target);

    /// <summary>Returns weights value + sum.</summary>
    static abstract TSelf MultiplyAdd(TSelf weights, float value, TSelf sum);

    /// <summary>Returns the panel at <paramref name="source"/> + sum.</summary>
    static abstract TSelf Add(float* source, TSelf sum);
}

/// <summary>One vector of outputs, for those that fill no wider panel.</summary>
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
    public static Panel2<TLanes> Add(float* source, Panel2<TLanes> sum) =>
        new(TLanes.Load(source) + sum._a, TLanes.Load(source + TLanes.Count) + sum._b);
}

/// <summary>Four vectors of outputs: with six steps, 29 registers of 32.</summary>
internal readonly unsafe struct Panel4<TLanes>(TLanes a, TLanes b, TLanes c, TLanes d) : IPanel<Panel4<TLanes>>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly TLanes _a = a;
    private readonly TLanes _b = b;
    private readonly TLanes _c = c;
    private readonly TLanes _d = d;

    public static int Width => 4 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel4<TLanes> Load(float* source) =>
        new(TLanes.Load(source), TLanes.Load(source + TLanes.Count),
            TLanes.Load(source + (2 * TLanes.Count)), TLanes.Load(source + (3 * TLanes.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Panel4<TLanes> panel, float* target)
    {
        TLanes.Store(panel._a, target);
        TLanes.Store(panel._b, target + TLanes.Count);
        TLanes.Store(panel._c, target + (2 * TLanes.Count));
        TLanes.Store(panel._d, target + (3 * TLanes.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel4<TLanes> MultiplyAdd(Panel4<TLanes> weights, float value, Panel4<TLanes> sum)
    {
        TLanes factor = TLanes.Of(value);
        return new(
            TLanes.MultiplyAdd(weights._a, factor, sum._a), TLanes.MultiplyAdd(weights._b, factor, sum._b),
            TLanes.MultiplyAdd(weights._c, factor, sum._c), TLanes.MultiplyAdd(weights._d, factor, sum._d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel4<TLanes> Add(float* source, Panel4<TLanes> sum) => new(
        TLanes.Load(source) + sum._a, TLanes.Load(source + TLanes.Count) + sum._b,
        TLanes.Load(source + (2 * TLanes.Count)) + sum._c, TLanes.Load(source + (3 * TLanes.Count)) + sum._d);
}
