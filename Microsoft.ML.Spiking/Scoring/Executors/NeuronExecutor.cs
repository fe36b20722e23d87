using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A layer of neurons: those that will not fire, such as in front of an image's background, are found cheaply and left
/// out; the kernel runs over the others, some hundred at a time, and their spikes go to their target.
/// </summary>
/// <remarks>
/// Leaving neurons out takes a neuron that declares <see cref="SpikingNeuronDefinition.IntegratesUntilFirstSpike"/>; of
/// others all run. With a current that is the same at every step, <see cref="FiringBound"/> tells which neurons fire.
/// </remarks>
internal sealed unsafe class NeuronExecutor<TLanes> : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Neurons that are checked together; and the largest number that waits for the kernel, whose work stays in the
    // first two caches.
    private const int Block = 256;
    private const int Capacity = 3 * Block;

    // A compressed vector may extend beyond them.
    private const int Stride = Capacity + 64;

    private readonly NeuronKernel _kernel;
    private readonly int _timeSteps;
    private readonly int _size;
    private readonly bool _isConstant;
    private readonly SpikeTarget _target;
    private readonly AlignedFloats _places; // the target's, as bits

    private readonly float _bound; // of a constant current: the largest that never makes a neuron fire

    /// <param name="kernel">The neuron.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="size">Number of neurons.</param>
    /// <param name="constantCurrent">Whether the current is the same at every step.</param>
    /// <param name="target">The use of the spikes.</param>
    public NeuronExecutor(NeuronKernel kernel, int timeSteps, int size, bool constantCurrent, SpikeTarget target)
    {
        _kernel = kernel;
        _timeSteps = timeSteps;
        _size = size;
        _isConstant = constantCurrent;
        _target = target;
        _bound = constantCurrent ? FiringBound.Of(kernel, timeSteps) : 0;
        _places = new AlignedFloats(size);
        target.Places.CopyTo(new Span<int>(_places.Pointer, size));
    }

    public override long OutputLength => (long)_target.Steps * _target.Size;

    // Which neurons may fire, their places, their currents, their spikes.
    public override long ScratchLength => Block + ((1L + CurrentSteps + _timeSteps) * Stride);

    private int CurrentSteps => _isConstant ? 1 : _timeSteps;

    public override StepExecutor AtStep() => new StepNeuronExecutor<TLanes>(_kernel, _size, _target);

    /// <inheritdoc/>
    /// <remarks>
    /// Pointers stay within their buffers: blocks end with the neurons; at most Capacity of them wait, and Stride
    /// leaves room for the vector that the last one is compressed with; places are those of the target, below its size.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        float* mayFire = scratch, places = mayFire + Block, currents = places + Stride;
        float* spikes = currents + ((long)CurrentSteps * Stride);
        new Span<float>(output, checked((int)OutputLength)).Clear();
        int waiting = 0;
        for (int first = 0; first < _size; first += Block)
        {
            int n = Math.Min(Block, _size - first);
            int count = _isConstant
                ? MarkAboveBound(input + first, n, mayFire)
                : MarkMayFire(input + first, n, mayFire);
            if (_target.IsEachStep && count > n / 8 * 5)
            {
                // There are too few to leave out.
                _kernel.ForwardPart(input + first, _isConstant ? 0 : _size, output + first, _size, _timeSteps, n);
                continue;
            }
            if (count > 0)
            {
                Gather(input, first, n, mayFire, (int*)places, currents, waiting);
                waiting += count;
            }
            if (waiting > Capacity - Block)
            {
                Fire(currents, spikes, (int*)places, waiting, output);
                waiting = 0;
            }
        }
        if (waiting > 0)
        {
            Fire(currents, spikes, (int*)places, waiting, output);
        }
        Scale(output);
    }

    /// <summary>Writes 1 for neurons that may fire, 0 for the others, and returns how many may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int MarkAboveBound(float* current, int n, float* mayFire)
    {
        TLanes bound = TLanes.Of(_bound), zero = TLanes.Of(0f), one = TLanes.Of(1f);
        int count = 0, i = 0;
        for (; i <= n - TLanes.Count; i += TLanes.Count)
        {
            TLanes flags = TLanes.WhereAtLeast(bound, TLanes.Load(current + i), zero, one);
            TLanes.Store(flags, mayFire + i);
            count += BitOperations.PopCount(TLanes.NonZero(flags));
        }
        for (; i < n; i++)
        {
            mayFire[i] = current[i] <= _bound ? 0 : 1;
            count += (int)mayFire[i];
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int MarkMayFire(float* current, int n, float* mayFire)
    {
        if (!_kernel.IntegratesUntilFirstSpike)
        {
            new Span<float>(mayFire, n).Fill(1f);
            return n;
        }
        _kernel.MarkMayFire(current, _size, _timeSteps, n, mayFire);
        int count = 0, i = 0;
        for (; i <= n - TLanes.Count; i += TLanes.Count)
        {
            count += BitOperations.PopCount(TLanes.NonZero(TLanes.Load(mayFire + i)));
        }
        for (; i < n; i++)
        {
            count += (int)mayFire[i];
        }
        return count;
    }

    /// <summary>Puts the places and currents of neurons that may fire behind those that wait.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(float* input, int first, int n, float* mayFire, int* places, float* currents, int count)
    {
        float* current = input + first, own = _places.Pointer + first;
        int steps = CurrentSteps, i = 0;
        for (; i <= n - TLanes.Count; i += TLanes.Count)
        {
            TLanes flags = TLanes.Load(mayFire + i);
            uint lanes = TLanes.NonZero(flags);
            if (lanes == 0)
            {
                continue;
            }
            TLanes selection = TLanes.Selection(flags);
            TLanes.Compress(TLanes.Load(own + i), selection, (float*)places + count);
            float* source = current + i, target = currents + count;
            for (int t = 0; t < steps; t++, source += _size, target += Stride)
            {
                TLanes.Compress(TLanes.Load(source), selection, target);
            }
            count += BitOperations.PopCount(lanes);
        }
        for (; i < n; i++)
        {
            if (mayFire[i] != 0)
            {
                places[count] = ((int*)own)[i];
                for (int t = 0; t < steps; t++)
                {
                    currents[((long)t * Stride) + count] = current[((long)t * _size) + i];
                }
                count++;
            }
        }
    }

    /// <summary>Runs the kernel over the neurons that wait and adds their spikes where they are wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fire(float* currents, float* spikes, int* places, int count, float* output)
    {
        for (int t = 0; t < CurrentSteps; t++)
        {
            TLanes.Store(TLanes.Of(0f), currents + ((long)t * Stride) + count); // up to whole vectors
        }
        int padded = (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        _kernel.ForwardPart(currents, _isConstant ? 0 : Stride, spikes, Stride, _timeSteps, padded);
        if (_target.Steps != _timeSteps)
        {
            Sum(spikes, count);
        }
        for (int t = 0; t < _target.Steps; t++, spikes += Stride, output += _target.Size)
        {
            for (int k = 0; k < count; k++)
            {
                output[places[k]] += spikes[k];
            }
        }
    }

    /// <summary>The sum over the time steps, in the place of the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum(float* spikes, int count)
    {
        for (int k = 0; k < count; k += TLanes.Count)
        {
            TLanes sum = TLanes.Load(spikes + k);
            for (int t = 1; t < _timeSteps; t++)
            {
                sum += TLanes.Load(spikes + ((long)t * Stride) + k);
            }
            TLanes.Store(sum, spikes + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scale(float* output)
    {
        if (_target.Share == 1)
        {
            return;
        }
        TLanes share = TLanes.Of(_target.Share);
        long length = OutputLength, i = 0;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(share * TLanes.Load(output + i), output + i);
        }
        for (; i < length; i++)
        {
            output[i] *= _target.Share;
        }
    }
}
