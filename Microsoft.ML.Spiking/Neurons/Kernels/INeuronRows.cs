namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// A neuron's equations over rows of a block, for one width, reset and surrogate; the walks put rows together.
/// An implementation is compiled with full optimisation at once: the walks are so long that tiers would cost whole
/// training steps.
/// </summary>
internal unsafe interface INeuronRows
{
    /// <summary>Rows of state that a block carries from step to step, forward and backward.</summary>
    static abstract int StateRows { get; }

    /// <summary>Rows that <see cref="Replay"/> leaves for each step; 0 if nothing needs to be replayed. The first is
    /// h itself, close at hand for the backward pass.</summary>
    static abstract int SavedRows { get; }

    /// <summary>The surrogate's constants.</summary>
    static abstract (float A, float B) SurrogateConstants(double alpha);

    /// <summary>One step forward; returns the number of spikes.</summary>
    static abstract double Forward(in NeuronConstants c, in ForwardRow row);

    /// <summary>Rebuilds from h what forward did not keep.</summary>
    /// <param name="c">The neuron's constants.</param>
    /// <param name="potential">h of this step.</param>
    /// <param name="before">The saved rows of the step before; null at the first.</param>
    /// <param name="saved">Takes the saved rows.</param>
    /// <param name="stride">From one saved row to the next.</param>
    /// <param name="count">Number of neurons; a multiple of the lanes.</param>
    /// <param name="next">Asked of memory meanwhile.</param>
    static abstract void Replay(
        in NeuronConstants c, float* potential, float* before, float* saved, int stride, int count, float* next);

    /// <summary>One step backward; returns the row's part of the learned value's gradient, without its factor.</summary>
    static abstract double Backward(in NeuronConstants c, in BackwardRow row);
}
