using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// A neuron ready to run: its constants and compiled functions. It takes a layer through all time steps in one forward
/// and one backward pass, between which only h, the potential before the reset, is kept. Immutable; safe to use from
/// several threads.
/// </summary>
/// <remarks>
/// All arrays are float32, row-major, of shape [T, n], and belong to the caller, who keeps them in place until the call
/// returns. The kernels keep nothing but a working memory of each thread, of at most 256 KB for usual numbers of time
/// steps. Arrays that start on a cache line and n that are multiples of 16 run fastest. Results do not depend on the
/// number of threads nor, on processors with fused multiply-add, on the vector width.
/// </remarks>
internal readonly unsafe struct NeuronKernel
{
    // Below so many neurons times steps a second thread costs more than it brings.
    private const long ThreadingFloor = 1 << 16;

    // From so many floats in an array on, its values would push others out of the caches before they are read.
    private const long StreamingFloor = 1 << 21;

    private readonly NeuronConstants _constants;
    private readonly NeuronFunctions _vector;
    private readonly NeuronFunctions _tail;
    private readonly int _lanes;

    private NeuronKernel(SpikingNeuronDefinition neuron, float learned, NeuronFunctions vector, NeuronFunctions tail,
        int lanes)
    {
        _constants = NeuronConstants.Of(neuron, learned);
        (_constants.SurrogateA, _constants.SurrogateB) = tail.SurrogateConstants(neuron.Surrogate.Alpha);
        IntegratesUntilFirstSpike = neuron.IntegratesUntilFirstSpike(learned);
        _vector = vector;
        _tail = tail;
        _lanes = lanes;
    }

    /// <summary>Gets whether <see cref="MarkMayFire"/> may be called.</summary>
    /// <seealso cref="SpikingNeuronDefinition.IntegratesUntilFirstSpike"/>
    public bool IntegratesUntilFirstSpike { get; }

    /// <summary>Returns the kernel of a neuron.</summary>
    /// <param name="neuron">The neuron; its values must be in their ranges.</param>
    /// <param name="learned">The learned value (PLIF: w, KLIF: k); not read for a neuron that has none.</param>
    /// <param name="width">Number of neurons that an instruction handles.</param>
    /// <exception cref="NotSupportedException">There is no kernel for that neuron.</exception>
    public static NeuronKernel Create(NeuronDefinition neuron, float learned, VectorWidth width = VectorWidth.Auto)
    {
        if (neuron is not SpikingNeuronDefinition spiking)
        {
            throw new NotSupportedException($"No kernel exists for the neuron {neuron.GetType().Name}.");
        }
        return width.Resolve() switch
        {
            VectorWidth.Scalar => Create<Lanes1>(spiking, learned),
            VectorWidth.Vector128 => Create<Lanes128>(spiking, learned),
            VectorWidth.Vector256 => Create<Lanes256>(spiking, learned),
            VectorWidth.Vector512 => Create<Lanes512>(spiking, learned),
            _ => throw new ArgumentOutOfRangeException(nameof(width)),
        };
    }

    /// <summary>Runs the neurons forward from their resting state.</summary>
    /// <param name="current">The arriving current: [T, n], or [n] if it is constant.</param>
    /// <param name="constantCurrent">Whether the current is the same at every step.</param>
    /// <param name="spikes">
    /// [T, n]: takes 0 and 1. May be <paramref name="current"/> itself unless that is constant. With a pooling, [T, n /
    /// window], takes the means of the windows and is memory of its own.
    /// </param>
    /// <param name="potential">
    /// [T, n]: takes h for <see cref="Backward"/>; null if there will be no backward pass.
    /// </param>
    /// <param name="timeSteps">T, at least 1.</param>
    /// <param name="n">Number of neurons, 0 allowed.</param>
    /// <param name="team">The threads; small layers stay on the caller's.</param>
    /// <param name="pooling">The average pooling behind the neurons.</param>
    /// <returns>The number of spikes.</returns>
    public long Forward(float* current, bool constantCurrent, float* spikes, float* potential, int timeSteps, long n,
        WorkerTeam team, SpikePooling pooling = default)
    {
        var arguments = new ForwardArguments
        {
            Constants = _constants,
            Current = current,
            CurrentStride = constantCurrent ? 0 : n,
            Spikes = spikes,
            Pooling = pooling,
            Potential = potential,
            TimeSteps = timeSteps,
            Count = n,
            Streaming = n * timeSteps >= StreamingFloor && IsAligned(spikes, n) && IsAligned(potential, n),
        };
        long chunk = NeuronBlock.Chunk(NeuronBlock.Length(timeSteps, replayedVariables: 0, pooling));
        double fired = ChunkedRun<ForwardArguments>.Run(
            in arguments, _vector.Forward, _tail.Forward, VectorEnd(n, pooling), n, chunk, Team(team, timeSteps, n));
        return (long)fired;
    }

    /// <summary>Runs neurons that lie among others forward, on this thread.</summary>
    /// <param name="current">The current of the first neuron at the first step.</param>
    /// <param name="currentStride">
    /// Distance from one step's current to the next; 0 if it is the same at every step.
    /// </param>
    /// <param name="spikes">Takes the spikes; at the first neuron and step.</param>
    /// <param name="spikeStride">Distance from one step's spikes to the next.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="n">Number of neurons.</param>
    public void ForwardPart(float* current, long currentStride, float* spikes, long spikeStride, int timeSteps, long n)
    {
        var arguments = new ForwardArguments
        {
            Constants = _constants,
            Current = current,
            CurrentStride = currentStride,
            Spikes = spikes,
            TimeSteps = timeSteps,
            Count = spikeStride,
        };
        long vectorEnd = VectorEnd(n);
        _vector.Forward(in arguments, 0, vectorEnd);
        // A function that is not called is not compiled.
        if (vectorEnd < n)
        {
            _tail.Forward(in arguments, vectorEnd, n);
        }
    }

    /// <summary>Gets the number of values that a neuron carries from step to step.</summary>
    public int StateVariables => _vector.StateVariables;

    /// <summary>Brings neurons to rest.</summary>
    /// <param name="state">[<see cref="StateVariables"/>, stride].</param>
    /// <param name="stride">From one variable to the next; at least the number of neurons.</param>
    public void Rest(float* state, int stride)
    {
        new Span<float>(state, stride).Fill(_constants.ResetPotential);
        new Span<float>(state + stride, checked((StateVariables - 1) * stride)).Clear();
    }

    /// <summary>Takes neurons one step on, from the state of the step before, on this thread.</summary>
    /// <param name="current">[n].</param>
    /// <param name="spikes">[n]: takes 0 and 1.</param>
    /// <param name="state">[<see cref="StateVariables"/>, stride]; see <see cref="Rest"/>.</param>
    /// <param name="stride">From one variable to the next; at least <paramref name="n"/>.</param>
    /// <param name="n">Number of neurons.</param>
    public void Step(float* current, float* spikes, float* state, int stride, int n)
    {
        var step = new ForwardStep
        {
            Current = current,
            Spikes = spikes,
            State = state,
            Stride = stride,
            Next = current,
        };
        int vectorEnd = (int)VectorEnd(n);
        step.Count = vectorEnd;
        _vector.Step(in _constants, in step);
        if (vectorEnd < n)
        {
            step.Current += vectorEnd;
            step.Spikes += vectorEnd;
            step.State += vectorEnd;
            step.Next = step.Current;
            step.Count = n - vectorEnd;
            _tail.Step(in _constants, in step);
        }
    }

    /// <summary>Marks the neurons that reach the threshold if nothing resets them: no other ever fires.</summary>
    /// <param name="current">The current of the first neuron at the first step.</param>
    /// <param name="stride">Distance from one step's current to the next.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="n">Number of neurons.</param>
    /// <param name="mayFire">[n]: takes 1 for those neurons, 0 for the others.</param>
    /// <exception cref="InvalidOperationException">
    /// The neuron does not declare that it only integrates until its first spike.
    /// </exception>
    public void MarkMayFire(float* current, long stride, int timeSteps, long n, float* mayFire)
    {
        if (!IntegratesUntilFirstSpike)
        {
            throw new InvalidOperationException("This neuron may fire for other reasons than its integrated current.");
        }
        var arguments = new ForwardArguments
        {
            Constants = _constants,
            Current = current,
            CurrentStride = stride,
            TimeSteps = timeSteps,
        };
        long vectorEnd = VectorEnd(n);
        _vector.MarkMayFire(in arguments, 0, vectorEnd, mayFire);
        if (vectorEnd < n)
        {
            _tail.MarkMayFire(in arguments, vectorEnd, n, mayFire);
        }
    }

    /// <summary>Propagates the gradient of the spikes back to the current.</summary>
    /// <param name="potential">[T, n]: h, as <see cref="Forward"/> left it.</param>
    /// <param name="upstream">[T, n]: the gradient by the spikes; with a pooling, [T, n / window].</param>
    /// <param name="currentGradient">
    /// Takes the gradient by the current: [T, n], and may then be <paramref name="potential"/> or, without a pooling,
    /// <paramref name="upstream"/> itself; or [n], the sum over the steps, if the current is constant.
    /// </param>
    /// <param name="constantCurrent">Whether the current was the same at every step.</param>
    /// <param name="timeSteps">T, at least 1.</param>
    /// <param name="n">Number of neurons, 0 allowed.</param>
    /// <param name="team">The threads; small layers stay on the caller's.</param>
    /// <param name="pooling">The average pooling behind the neurons.</param>
    /// <param name="horizon">
    /// The steps back that the gradient of a spike goes, at least 0; with fewer than T - 1, the gradient by the current
    /// is memory of its own. Null for all steps.
    /// </param>
    /// <returns>The gradient by the learned value; of no meaning for a neuron that has none.</returns>
    public double Backward(float* potential, float* upstream, float* currentGradient, bool constantCurrent,
        int timeSteps, long n, WorkerTeam team, SpikePooling pooling = default, int? horizon = null)
    {
        var arguments = new BackwardArguments
        {
            Constants = _constants,
            Potential = potential,
            Upstream = upstream,
            Pooling = pooling,
            Gradient = currentGradient,
            GradientStride = constantCurrent ? 0 : n,
            TimeSteps = timeSteps,
            Reach = Math.Min(horizon ?? int.MaxValue, timeSteps - 1) + 1,
            Count = n,
            Streaming = !constantCurrent && n * timeSteps >= StreamingFloor && IsAligned(currentGradient, n),
        };
        long chunk = NeuronBlock.Chunk(NeuronBlock.Length(timeSteps, _vector.ReplayedVariables, pooling));
        double sum = ChunkedRun<BackwardArguments>.Run(
            in arguments, _vector.Backward, _tail.Backward, VectorEnd(n, pooling), n, chunk, Team(team, timeSteps, n));
        return sum * _constants.LearnedFactor;
    }

    private static NeuronKernel Create<TLanes>(SpikingNeuronDefinition neuron, float learned)
        where TLanes : unmanaged, ILanes<TLanes> =>
        new(neuron, learned, KernelDispatch.For<TLanes>(neuron), KernelDispatch.For<Lanes1>(neuron), TLanes.Count);

    private static WorkerTeam Team(WorkerTeam team, int timeSteps, long n) =>
        n * timeSteps < ThreadingFloor ? WorkerTeam.Caller : team;

    private long VectorEnd(long n, SpikePooling pooling = default) =>
        n - (n % (pooling.IsNone ? _lanes : pooling.Unit));

    // Every step's neurons start on a cache line.
    private static bool IsAligned(float* values, long n) => (nuint)values % 64 == 0 && n % 16 == 0;
}
