namespace Microsoft.ML.Spiking.Training.EventProducts;

/// <summary>The arrays of one product, all float32 and row-major.</summary>
internal unsafe struct EventWork
{
    /// <summary>Rows of the batch: T N, or N.</summary>
    public int Rows;

    public int Inputs;

    public int Outputs;

    /// <summary>[rows, inputs]: mostly zeros.</summary>
    public float* Input;

    /// <summary>[inputs, outputs].</summary>
    public float* Weight;

    /// <summary>[outputs], or null.</summary>
    public float* Bias;

    /// <summary>[rows, outputs]: the gradient by the layer's values.</summary>
    public float* Upstream;

    /// <summary>What is computed: [rows, outputs], [inputs, outputs] or [rows, inputs].</summary>
    public float* Target;

    /// <summary>[outputs], or null: takes the gradient by the bias.</summary>
    public float* BiasGradient;

    /// <summary>[rows, inputs]: the potential of the neurons before.</summary>
    public float* Potential;

    /// <summary>Where the potential is within <see cref="Reach"/> of this, the input's gradient is used.</summary>
    public float Threshold;

    /// <inheritdoc cref="Threshold"/>
    public float Reach;
}
