namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// A neuron's equations over one time step of a block of neurons, for one vector width, reset and surrogate.
/// <see cref="NeuronForwardPass{TEquations}"/> and <see cref="NeuronBackwardPass{TEquations}"/> put the steps together.
/// </summary>
/// <remarks>
/// Implementations are compiled with full optimization at once: the loops run for so long that tiered compilation would
/// cost whole training steps.
/// </remarks>
internal unsafe interface INeuronEquations
{
    /// <summary>Gets the number of values that a neuron carries from step to step, forward and backward.</summary>
    static abstract int StateVariables { get; }

    /// <summary>
    /// Gets the number of values that <see cref="Replay"/> leaves of each neuron and step; 0 if nothing needs to be
    /// replayed. The first is h itself, then close at hand for the backward pass.
    /// </summary>
    static abstract int ReplayedVariables { get; }

    /// <summary>Returns the surrogate's constants.</summary>
    static abstract (float A, float B) SurrogateConstants(double alpha);

    /// <summary>Takes one step forward and returns the number of spikes.</summary>
    static abstract double Forward(in NeuronConstants c, in ForwardStep step);

    /// <summary>Rebuilds from h the values that the forward pass did not keep.</summary>
    /// <param name="c">The neuron's constants.</param>
    /// <param name="potential">h of this step.</param>
    /// <param name="before">The replayed values of the step before; null at the first.</param>
    /// <param name="replayed">Takes the replayed values.</param>
    /// <param name="stride">Distance from one replayed variable to the next.</param>
    /// <param name="count">Number of neurons; a multiple of the lanes.</param>
    /// <param name="next">Prefetched meanwhile.</param>
    static abstract void Replay(
        in NeuronConstants c, float* potential, float* before, float* replayed, int stride, int count, float* next);

    /// <summary>
    /// Takes one step backward and returns the step's part of the learned value's gradient, without its factor.
    /// </summary>
    static abstract double Backward(in NeuronConstants c, in BackwardStep step);
}

/// <summary>One time step of a block of neurons, forward. Pointers are to the block's first neuron.</summary>
internal unsafe struct ForwardStep
{
    public float* Current;

    public float* Spikes;

    /// <summary>Takes h, the potential before the reset; null if it is not kept.</summary>
    public float* Potential;

    /// <summary>
    /// The state variables, v first, <see cref="Stride"/> values each: after the step before on entry, after this step
    /// on return.
    /// </summary>
    public float* State;

    public int Stride;

    /// <summary>Number of neurons; a multiple of the lanes.</summary>
    public int Count;

    /// <summary>The current that is needed next, prefetched during this step.</summary>
    public float* Next;

    /// <summary>Whether the potential is stored past the caches; it is then aligned.</summary>
    public bool Streaming;

    /// <summary>Whether the spikes are stored past the caches; they are then aligned.</summary>
    public bool StreamingSpikes;
}

/// <summary>One time step of a block of neurons, backward. Pointers are to the block's first neuron.</summary>
internal unsafe struct BackwardStep
{
    /// <summary>h, the potential before the reset.</summary>
    public float* Potential;

    /// <summary>h of the step before; null at the first step.</summary>
    public float* PotentialBefore;

    public float* Upstream;

    /// <summary>Takes the gradient of the current.</summary>
    public float* Gradient;

    /// <summary>The replayed values of this step.</summary>
    public float* Replayed;

    /// <summary>
    /// The gradients by v and, for CLIF, m, <see cref="Stride"/> values each: after this step on entry, after the step
    /// before on return.
    /// </summary>
    public float* Carry;

    public int Stride;

    /// <summary>Number of neurons; a multiple of the lanes.</summary>
    public int Count;

    /// <summary>Prefetched during this step.</summary>
    public float* Next;

    /// <summary>Whether <see cref="Gradient"/> is added to (the current is the same at every step).</summary>
    public bool Accumulate;

    /// <summary>Whether the gradient is stored past the caches; it is then aligned.</summary>
    public bool Streaming;
}
