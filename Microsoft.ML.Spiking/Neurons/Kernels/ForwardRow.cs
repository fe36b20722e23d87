namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>One time step of a block of neurons, forward. Pointers are to the block's first neuron.</summary>
internal unsafe struct ForwardRow
{
    public float* Current;

    public float* Spikes;

    /// <summary>Takes h, the potential before the reset; null if it is not kept.</summary>
    public float* Potential;

    /// <summary>v, and for CLIF m, each <see cref="Stride"/> values: in, after the last step; out, after this one.</summary>
    public float* State;

    public int Stride;

    /// <summary>Number of neurons; a multiple of the lanes.</summary>
    public int Count;

    /// <summary>The current that is needed next: asked of memory while this row is worked on.</summary>
    public float* Next;

    /// <summary>Whether what is written is stored past the caches; then all targets are aligned.</summary>
    public bool Streaming;
}
