using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

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
