using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>h = max(0, k u), v = r h: see <see cref="KlifRows{TLanes, TReset, TSurrogate}"/>.</summary>
internal readonly struct KlifRise<TLanes> : IRise<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Potential(TLanes u, TLanes k) => TLanes.AtLeast(TLanes.Of(0f), k * u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Carried(TLanes h, TLanes rescale) => rescale * h;
}
