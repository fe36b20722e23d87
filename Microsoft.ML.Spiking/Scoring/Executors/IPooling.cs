using Microsoft.ML.Spiking.Numerics.Simd;


namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>What a pooling makes of the values of a window.</summary>
internal interface IPooling
{
    /// <summary>Two values as one.</summary>
    static abstract TLanes Combine<TLanes>(TLanes value, TLanes next) where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>The result, when all values of the window are one.</summary>
    /// <param name="value">All values as one.</param>
    /// <param name="share">1 / number of values.</param>
    static abstract TLanes Finish<TLanes>(TLanes value, float share) where TLanes : unmanaged, ILanes<TLanes>;
}
