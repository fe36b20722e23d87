using System.Numerics;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Executors.Recurrent;

/// <summary>Spiking neurons with weights between them, step by step.</summary>
/// <param name="kernel">The neuron.</param>
/// <param name="weights">The recurrent weights as a linear layer of spikes, for one step, without a bias.</param>
/// <param name="timeSteps">T.</param>
/// <param name="size">Number of neurons.</param>
/// <param name="constantCurrent">Whether what arrives is the same at every step.</param>
internal sealed unsafe class RecurrentExecutor(
    NeuronKernel kernel, LayerExecutor weights, int timeSteps, int size, bool constantCurrent) : WalkingExecutor(
        timeSteps, size, size, constantCurrent)
{
    private readonly int _stride = CacheLines.Whole(size);
    private readonly int _size = size;

    public override long StateLength => (kernel.StateVariables + 1L) * _stride; // and the spikes of the step before

    private protected override long WorkLength => _stride + weights.ScratchLength;

    private protected override void Rest(float* state)
    {
        kernel.Rest(state, _stride);
        new Span<float>(Spikes(state), _stride).Clear();
    }

    private protected override void Step(float* input, float* output, float* state, float* work)
    {
        float* current = work, spikes = Spikes(state);
        weights.Run(spikes, current, work + _stride);
        int i = 0;
        for (; i <= _size - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Store(Vector.Load(input + i) + Vector.Load(current + i), current + i);
        }
        for (; i < _size; i++)
        {
            current[i] = input[i] + current[i];
        }
        kernel.Step(current, spikes, state, _stride, _size);
        new Span<float>(spikes, _size).CopyTo(new Span<float>(output, _size));
    }

    private float* Spikes(float* state) => state + ((long)kernel.StateVariables * _stride);
}
