using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

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
