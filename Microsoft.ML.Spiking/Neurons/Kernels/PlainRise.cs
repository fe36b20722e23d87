using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>v = h = u.</summary>
internal readonly struct PlainRise<TLanes> : IRise<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Potential(TLanes u, TLanes k) => u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Carried(TLanes h, TLanes rescale) => h;
}
