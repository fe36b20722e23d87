using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>The logistic function for any width.</summary>
/// <remarks>
/// <code>
/// sigmoid(x) = 1 / (1 + 2^y),  y = -x log2(e) = k + r,  k whole, |r| &lt;= 1/2,  2^r by a polynomial of degree 5
/// </code>
/// The polynomial is minimax; with its coefficients rounded to float32 its relative error is 1.5e-7. Arguments beyond
/// +-80 count as +-80. Absolute error at most 1e-7; relative error at most 4e-7 for x above -10 and 2e-6 anywhere (the
/// constant log2(e) has 24 bits); three times that on processors without fused multiply-add.
/// </remarks>
internal static class Sigmoid
{
    /// <summary>-log2(e): the factor with which <see cref="Of"/> is the sigmoid of its argument.</summary>
    public const float MinusLog2E = -1.44269504f;

    /// <summary>
    /// The largest argument in absolute value; beyond it the function is constant, so that 2^y stays normal.
    /// </summary>
    public const float Limit = 80f;

    // 1.5 * 2^23: adding it rounds to a whole number and leaves that number in the low bits.
    private const float Shift = 12582912f;

    /// <summary>Returns sigmoid(x / tau).</summary>
    /// <param name="x">The argument before its division by tau.</param>
    /// <param name="factor">-log2(e) / tau.</param>
    /// <param name="limit">80 tau.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Scaled<TLanes>(TLanes x, TLanes factor, TLanes limit) where TLanes : unmanaged, ILanes<TLanes>
    {
        return Bounded(TLanes.AtMost(limit, TLanes.AtLeast(-limit, x)), factor);
    }

    /// <summary>Returns sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes x) where TLanes : unmanaged, ILanes<TLanes> =>
        Scaled(x, TLanes.Of(MinusLog2E), TLanes.Of(Limit));

    /// <summary>Returns sigmoid(x) for an x that is not negative, like CLIF's m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes OfNonNegative<TLanes>(TLanes x) where TLanes : unmanaged, ILanes<TLanes> =>
        Bounded(TLanes.AtMost(TLanes.Of(Limit), x), TLanes.Of(MinusLog2E));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Bounded<TLanes>(TLanes bounded, TLanes factor) where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes shifted = TLanes.MultiplyAdd(bounded, factor, TLanes.Of(Shift));
        TLanes r = TLanes.MultiplyAdd(bounded, factor, TLanes.Of(Shift) - shifted);
        // Estrin's scheme: in a loop the latency of one vector counts more than its number of products.
        TLanes r2 = r * r;
        TLanes low = TLanes.MultiplyAdd(TLanes.Of(0.69314694f), r, TLanes.Of(1.0000001f));
        TLanes middle = TLanes.MultiplyAdd(TLanes.Of(0.05550713f), r, TLanes.Of(0.2402212f));
        TLanes high = TLanes.MultiplyAdd(TLanes.Of(0.0013276472f), r, TLanes.Of(0.009675541f));
        TLanes p = TLanes.MultiplyAdd(TLanes.MultiplyAdd(high, r2, middle), r2, low);
        return TLanes.Of(1f) / (TLanes.Of(1f) + TLanes.ScaleByPowerOfTwo(p, shifted));
    }
}
