using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>What a spike does to the potential. "Level" is what is subtracted (soft) or set (hard).</summary>
internal interface IReset<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>The level with <paramref name="extra"/>, a further lowering.</summary>
    static abstract TLanes Level(TLanes threshold, TLanes resetPotential, TLanes extra);

    /// <summary>The potential after a spike at potential <paramref name="h"/>.</summary>
    static abstract TLanes Fired(TLanes h, TLanes level);

    /// <summary>The derivative of the potential after the step by the spike.</summary>
    static abstract TLanes SlopeBySpike(TLanes h, TLanes level);

    /// <summary>What of the gradient <paramref name="gv"/> by the potential after the step reaches
    /// <paramref name="h"/> directly.</summary>
    static abstract TLanes Pass(TLanes gv, TLanes h, TLanes threshold);
}
