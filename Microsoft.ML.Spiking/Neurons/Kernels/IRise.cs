using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>What becomes of a neuron's charged potential u as long as it has not fired.</summary>
internal interface IRise<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>h, which is held against the threshold.</summary>
    static abstract TLanes Potential(TLanes u, TLanes k);

    /// <summary>v, which the next step starts from.</summary>
    static abstract TLanes Carried(TLanes h, TLanes rescale);
}
