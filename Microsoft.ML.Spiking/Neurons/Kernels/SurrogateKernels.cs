using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>A surrogate gradient for any vector width. The records of the same names have the equations.</summary>
internal interface ISurrogate<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Returns the two constants that <see cref="Derivative"/> expects, from the surrogate's alpha.</summary>
    static abstract (float A, float B) Constants(double alpha);

    /// <summary>Returns the surrogate's value at u = potential - threshold.</summary>
    static abstract TLanes Derivative(TLanes u, TLanes a, TLanes b);
}

/// <summary><see cref="AtanSurrogate"/>: a / (1 + b u^2); a = alpha/2, b = (pi/2 alpha)^2.</summary>
internal readonly struct Atan<TLanes> : ISurrogate<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    public static (float A, float B) Constants(double alpha)
    {
        double slope = Math.PI / 2 * alpha;
        return ((float)(alpha / 2), (float)(slope * slope));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative(TLanes u, TLanes a, TLanes b) =>
        a / TLanes.MultiplyAdd(b * u, u, TLanes.Of(1f));
}

/// <summary><see cref="RectangleSurrogate"/>: b where |u| &lt;= a; a = alpha/2, b = 1/alpha.</summary>
internal readonly struct Rectangle<TLanes> : ISurrogate<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    public static (float A, float B) Constants(double alpha) => ((float)(alpha / 2), (float)(1 / alpha));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative(TLanes u, TLanes a, TLanes b) =>
        TLanes.WhereAtLeast(a, TLanes.Abs(u), b, TLanes.Of(0f));
}

/// <summary><see cref="SigmoidSurrogate"/>: a sigmoid(a u) (1 - sigmoid(a u)); a = alpha, b = 80/alpha.</summary>
internal readonly struct Logistic<TLanes> : ISurrogate<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    public static (float A, float B) Constants(double alpha) => ((float)alpha, (float)(Sigmoid.Limit / alpha));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative(TLanes u, TLanes a, TLanes b)
    {
        // Of -|u|: there the sigmoid is small, and 1 minus it loses nothing.
        TLanes s = Sigmoid.Scaled(-TLanes.Abs(u), a * TLanes.Of(Sigmoid.MinusLog2E), b);
        return a * s * (TLanes.Of(1f) - s);
    }
}

/// <summary><see cref="TriangleSurrogate"/>: max(0, a - b |u|); a = alpha, b = alpha^2.</summary>
internal readonly struct Triangle<TLanes> : ISurrogate<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    public static (float A, float B) Constants(double alpha) => ((float)alpha, (float)(alpha * alpha));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative(TLanes u, TLanes a, TLanes b) =>
        TLanes.AtLeast(TLanes.Of(0f), TLanes.MultiplyAdd(-b, TLanes.Abs(u), a));
}
