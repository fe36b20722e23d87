using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// Neurons whose current is the same at every step: those whose current is too small ever to fire, such as in front of
/// an image's background, are left out; the kernel runs over the others.
/// </summary>
/// <remarks>
/// Until its first spike a neuron's potential rises with its current, in floating point too, so that one bound tells
/// the quiet ones. It is found by asking the kernel, and so holds for every neuron and every width.
/// </remarks>
internal sealed unsafe class ConstantNeuronExecutor<TLanes> : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly NeuronKernel _kernel;
    private readonly int _timeSteps;
    private readonly int _size;

    // The largest current that never fires.
    private readonly float _quiet;

    /// <param name="kernel">The neuron.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="size">Number of neurons.</param>
    public ConstantNeuronExecutor(NeuronKernel kernel, int timeSteps, int size)
    {
        _kernel = kernel;
        _timeSteps = timeSteps;
        _size = size;
        _quiet = FindQuiet();
    }

    public override long OutputLength => (long)_timeSteps * _size;

    // The neurons that may fire, their currents, their spikes.
    public override long ScratchLength => (2L + _timeSteps) * _size;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        int* active = (int*)scratch;
        float* currents = scratch + _size, spikes = currents + _size;
        int count = FindActive(input, active, currents);
        if (count > _size / 4 * 3)
        {
            _kernel.Forward(input, constantCurrent: true, output, null, _timeSteps, _size, WorkerTeam.Caller);
            return;
        }
        _kernel.Forward(currents, constantCurrent: true, spikes, null, _timeSteps, count, WorkerTeam.Caller);
        for (int t = 0; t < _timeSteps; t++, output += _size)
        {
            new Span<float>(output, _size).Clear();
            for (int k = 0; k < count; k++)
            {
                output[active[k]] = *spikes++;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindActive(float* input, int* active, float* currents)
    {
        TLanes quiet = TLanes.Of(_quiet), zero = TLanes.Of(0f), one = TLanes.Of(1f);
        int count = 0, i = 0;
        for (; i <= _size - TLanes.Count; i += TLanes.Count)
        {
            uint lanes = TLanes.NonZero(TLanes.WhereAtLeast(quiet, TLanes.Load(input + i), zero, one));
            for (; lanes != 0; lanes &= lanes - 1)
            {
                int index = i + BitOperations.TrailingZeroCount(lanes);
                active[count] = index;
                currents[count++] = input[index];
            }
        }
        for (; i < _size; i++)
        {
            if (!(input[i] <= _quiet))
            {
                active[count] = i;
                currents[count++] = input[i];
            }
        }
        return count;
    }

    // By halving, down to neighbouring floats. A neuron that fires at any current, or at none, has no bound.
    private float FindQuiet()
    {
        float quiet = -1e30f, loud = 1e30f;
        if (Fires(quiet) || !Fires(loud))
        {
            return float.NegativeInfinity;
        }
        while (true)
        {
            float middle = (quiet + loud) / 2;
            if (middle <= quiet || middle >= loud)
            {
                return quiet;
            }
            (quiet, loud) = Fires(middle) ? (quiet, middle) : (middle, loud);
        }
    }

    private bool Fires(float current)
    {
        fixed (float* spikes = new float[_timeSteps])
        {
            return _kernel.Forward(&current, constantCurrent: true, spikes, null, _timeSteps, 1, WorkerTeam.Caller) > 0;
        }
    }
}
