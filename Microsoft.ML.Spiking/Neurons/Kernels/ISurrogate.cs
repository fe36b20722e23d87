using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>A surrogate gradient for any width; see the records of the same names for the equations.</summary>
internal interface ISurrogate<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>The two constants that <see cref="Derivative"/> expects, from the surrogate's alpha.</summary>
    static abstract (float A, float B) Constants(double alpha);

    static abstract TLanes Derivative(TLanes u, TLanes a, TLanes b);
}
