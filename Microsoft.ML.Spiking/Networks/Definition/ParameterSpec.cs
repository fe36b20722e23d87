namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>An array that a definition needs: its name, shape and role.</summary>
/// <param name="Name">"layer.array", unique within the network.</param>
/// <param name="Shape">Row-major lengths.</param>
/// <param name="Role">What it is to training.</param>
internal sealed record ParameterSpec(string Name, IReadOnlyList<int> Shape, ParameterRole Role)
{
    public long Size => Shapes.LongSize(Shape);
}

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
