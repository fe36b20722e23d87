namespace Microsoft.ML.Spiking.Networks;

/// <summary>A layer with a weight and, perhaps, a bias.</summary>
public abstract record WeightedPlan : LayerPlan
{
    private protected WeightedPlan(bool hasBias) => HasBias = hasBias;

    /// <summary>Whether a bias is added.</summary>
    public bool HasBias { get; }

    /// <summary>What the weights are before training. Default <see cref="WeightDistribution.Uniform"/>.</summary>
    public WeightDistribution InitialWeights { get; init; }

    /// <summary>Whether the biases are 0 before training. Default <see langword="false"/>: PyTorch's default.</summary>
    public bool ZeroBias { get; init; }
}
