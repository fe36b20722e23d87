namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>The role of an array in training.</summary>
internal enum ParameterRole
{
    /// <summary>Weights of a linear or convolution layer.</summary>
    Weight,

    /// <summary>Biases of a linear or convolution layer.</summary>
    Bias,

    /// <summary>Scale and shift of a normalisation.</summary>
    Normalization,

    /// <summary>A learned value of a neuron.</summary>
    Neuron,

    /// <summary>Kept by training but not trained (running statistics).</summary>
    Buffer,
}
