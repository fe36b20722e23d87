using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// A neuron over all time steps of a layer, in one pass forward and one backward. Between them only h, the potential
/// before the reset, is kept.
/// </summary>
/// <remarks>
/// All arrays are float32, row-major, of shape [T, n], and belong to the caller, who keeps them in place until the call
/// returns. The kernels keep nothing but a working memory of each thread, of at most 256 KB for usual numbers of time
/// steps. Arrays that start on a cache line and n that are multiples of 16 run fastest. Results do not depend on the
/// number of threads, and on processors with fused multiply-add not on the width.
/// </remarks>
internal static unsafe class NeuronKernels
{
    /// <summary>Runs the neuron forward from its resting state.</summary>
    /// <param name="neuron">The neuron; its values must be in their ranges.</param>
    /// <param name="learned">The learned value (PLIF: w, KLIF: k); not read for a neuron that has none.</param>
    /// <param name="current">The arriving current: [T, n], or [n] if it is constant.</param>
    /// <param name="constantCurrent">Whether the current is the same at every step.</param>
    /// <param name="spikes">[T, n]: takes 0 and 1. May be <paramref name="current"/> itself unless that is constant.</param>
    /// <param name="potential">[T, n]: takes h for <see cref="Backward"/>; null if there will be none.</param>
    /// <param name="timeSteps">T, at least 1.</param>
    /// <param name="n">Number of neurons, 0 allowed.</param>
    /// <param name="team">The threads; small layers stay on the caller's.</param>
    /// <param name="width">How many neurons an instruction handles.</param>
    /// <returns>The number of spikes.</returns>
    /// <exception cref="NotSupportedException">There is no kernel for that neuron.</exception>
    public static long Forward(NeuronDefinition neuron, float learned, float* current, bool constantCurrent,
        float* spikes, float* potential, int timeSteps, long n, WorkerTeam team, KernelWidth width = KernelWidth.Auto) =>
        NeuronKernel.Create(neuron, learned, width)
            .Forward(current, constantCurrent, spikes, potential, timeSteps, n, team);

    /// <summary>Propagates the gradient of the spikes back to the current.</summary>
    /// <param name="neuron">The neuron that ran forward.</param>
    /// <param name="learned">The learned value with which it ran.</param>
    /// <param name="potential">[T, n]: h, as <see cref="Forward"/> left it.</param>
    /// <param name="upstream">[T, n]: the gradient by the spikes.</param>
    /// <param name="currentGradient">Takes the gradient by the current: [T, n], and may then be
    /// <paramref name="upstream"/> or <paramref name="potential"/> itself; or [n], the sum over the steps, if the current is
    /// constant.</param>
    /// <param name="constantCurrent">Whether the current was the same at every step.</param>
    /// <param name="timeSteps">T, at least 1.</param>
    /// <param name="n">Number of neurons, 0 allowed.</param>
    /// <param name="team">The threads; small layers stay on the caller's.</param>
    /// <param name="width">How many neurons an instruction handles.</param>
    /// <returns>The gradient by the learned value; of no meaning for a neuron that has none.</returns>
    /// <exception cref="NotSupportedException">There is no kernel for that neuron.</exception>
    public static double Backward(NeuronDefinition neuron, float learned, float* potential, float* upstream,
        float* currentGradient, bool constantCurrent, int timeSteps, long n, WorkerTeam team,
        KernelWidth width = KernelWidth.Auto) =>
        NeuronKernel.Create(neuron, learned, width)
            .Backward(potential, upstream, currentGradient, constantCurrent, timeSteps, n, team);
}
