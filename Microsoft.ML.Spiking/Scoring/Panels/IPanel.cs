namespace Microsoft.ML.Spiking.Scoring.Panels;

/// <summary>Some neighbouring outputs of a linear layer, held in registers.</summary>
internal unsafe interface IPanel<TSelf> where TSelf : unmanaged, IPanel<TSelf>
{
    /// <summary>Number of outputs.</summary>
    static abstract int Width { get; }

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf panel, float* target);

    /// <summary>weights value + sum.</summary>
    static abstract TSelf MultiplyAdd(TSelf weights, float value, TSelf sum);

    /// <summary>What is at <paramref name="source"/> + sum.</summary>
    static abstract TSelf Add(float* source, TSelf sum);
}
