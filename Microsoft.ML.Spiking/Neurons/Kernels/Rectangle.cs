using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary><see cref="RectangleSurrogate"/>: b where |u| &lt;= a; a = alpha/2, b = 1/alpha.</summary>
internal readonly struct Rectangle<TLanes> : ISurrogate<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    public static (float A, float B) Constants(double alpha) => ((float)(alpha / 2), (float)(1 / alpha));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative(TLanes u, TLanes a, TLanes b) =>
        TLanes.WhereAtLeast(a, TLanes.Abs(u), b, TLanes.Of(0f));
}
