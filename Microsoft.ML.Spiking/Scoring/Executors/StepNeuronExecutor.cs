using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A layer of neurons for one step of a stream: their state is carried, and so is the number of their spikes where
/// the mean over time is wanted.
/// </summary>
/// <param name="kernel">The neuron.</param>
/// <param name="size">Number of neurons.</param>
/// <param name="target">The use of the spikes.</param>
internal sealed unsafe class StepNeuronExecutor<TLanes>(NeuronKernel kernel, int size, SpikeTarget target)
    : StepExecutor
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Where the spikes of all steps are summed. A single step's mean is the spikes themselves, in every definition.
    private readonly bool _isMean = target.IsMeanOverTime;

    public override long OutputLength => target.Size;

    public override long ScratchLength => target.IsEachStep ? 0 : Stride;

    public override long StateLength => (kernel.StateVariables + (_isMean ? 1L : 0L)) * Stride;

    private int Stride => CacheLines.Whole(size);

    public override void Reset(float* state)
    {
        kernel.Rest(state, Stride);
        if (_isMean)
        {
            new Span<float>(Sums(state), Stride).Clear();
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Pointers stay within their buffers: state variables and sums are Stride values each, at least as many as
    /// neurons; places are those of the target, below its size.
    /// </remarks>
    public override void Run(float* input, float* output, float* state, float* scratch, int steps)
    {
        float* spikes = target.IsEachStep ? output : scratch;
        kernel.Step(input, spikes, state, Stride, size);
        if (_isMean)
        {
            Mean(spikes, Sums(state), output, steps);
        }
        else if (!target.IsEachStep)
        {
            Pool(spikes, output);
        }
    }

    private float* Sums(float* state) => state + ((long)kernel.StateVariables * Stride);

    // By the same factor as the mean of all steps at once: 1 / T, rounded.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mean(float* spikes, float* sums, float* output, int steps)
    {
        float share = 1f / steps;
        int i = 0;
        for (; i <= size - TLanes.Count; i += TLanes.Count)
        {
            TLanes sum = TLanes.Load(sums + i) + TLanes.Load(spikes + i);
            TLanes.Store(sum, sums + i);
            TLanes.Store(TLanes.Of(share) * sum, output + i);
        }
        for (; i < size; i++)
        {
            sums[i] += spikes[i];
            output[i] = share * sums[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pool(float* spikes, float* output)
    {
        new Span<float>(output, target.Size).Clear();
        fixed (int* places = target.Places)
        {
            for (int i = 0; i < size; i++)
            {
                output[places[i]] += spikes[i];
            }
        }
        for (int i = 0; i < target.Size; i++)
        {
            output[i] *= target.Share;
        }
    }
}
