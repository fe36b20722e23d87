namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>What the forward walk of a layer works on.</summary>
internal unsafe struct ForwardWork
{
    public NeuronConstants Constants;

    public float* Current;

    /// <summary>From one step's current to the next; 0 if it is the same at every step.</summary>
    public long CurrentStride;

    public float* Spikes;

    public float* Potential;

    public int TimeSteps;

    /// <summary>Number of neurons: from one step's outputs to the next.</summary>
    public long Count;

    public bool Streaming;
}
