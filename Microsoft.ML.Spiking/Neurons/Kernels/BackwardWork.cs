namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>What the backward walk of a layer works on.</summary>
internal unsafe struct BackwardWork
{
    public NeuronConstants Constants;

    public float* Potential;

    public float* Upstream;

    public float* Gradient;

    /// <summary>From one step's gradient to the next; 0 if the current is the same at every step.</summary>
    public long GradientStride;

    public int TimeSteps;

    /// <summary>Number of neurons: from one step's values to the next.</summary>
    public long Count;

    public bool Streaming;
}
