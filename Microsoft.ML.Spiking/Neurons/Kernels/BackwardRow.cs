namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>One time step of a block of neurons, backward. Pointers are to the block's first neuron.</summary>
internal unsafe struct BackwardRow
{
    /// <summary>h, the potential before the reset.</summary>
    public float* Potential;

    /// <summary>h of the step before; null at the first step.</summary>
    public float* PotentialBefore;

    public float* Upstream;

    /// <summary>Takes the gradient of the current.</summary>
    public float* Gradient;

    /// <summary>What the replay left of this step.</summary>
    public float* Saved;

    /// <summary>The gradients by v and, for CLIF, m after this step, each <see cref="Stride"/> values; out: after the
    /// step before.</summary>
    public float* Carry;

    public int Stride;

    /// <summary>Number of neurons; a multiple of the lanes.</summary>
    public int Count;

    /// <summary>Asked of memory while this row is worked on.</summary>
    public float* Next;

    /// <summary>Whether <see cref="Gradient"/> is added to (the current is the same at every step).</summary>
    public bool Accumulate;

    /// <summary>Whether the gradient is stored past the caches; then it is aligned.</summary>
    public bool Streaming;
}
