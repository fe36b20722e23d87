using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary><see cref="TriangleSurrogate"/>: max(0, a - b |u|); a = alpha, b = alpha^2.</summary>
internal readonly struct Triangle<TLanes> : ISurrogate<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    public static (float A, float B) Constants(double alpha) => ((float)alpha, (float)(alpha * alpha));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative(TLanes u, TLanes a, TLanes b) =>
        TLanes.AtLeast(TLanes.Of(0f), TLanes.MultiplyAdd(-b, TLanes.Abs(u), a));
}
