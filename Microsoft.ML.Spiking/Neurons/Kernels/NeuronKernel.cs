using System.Runtime.Intrinsics;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>A neuron made ready to run: constants and compiled walks. Immutable; safe to use from several threads.</summary>
/// <remarks>See <see cref="NeuronKernels"/> for what the pointers must be.</remarks>
internal readonly unsafe struct NeuronKernel
{
    // Below so many neurons times steps a second thread costs more than it brings.
    private const long ThreadingFloor = 1 << 16;

    // From so many floats in an array on, its values would push others out of the caches before anybody reads them.
    private const long StreamingFloor = 1 << 21;

    private readonly NeuronConstants _constants;
    private readonly RowFunctions _vector;
    private readonly RowFunctions _tail;
    private readonly int _lanes;

    private NeuronKernel(in NeuronConstants constants, RowFunctions vector, RowFunctions tail, int lanes, double alpha)
    {
        _constants = constants;
        (_constants.SurrogateA, _constants.SurrogateB) = tail.SurrogateConstants(alpha);
        _vector = vector;
        _tail = tail;
        _lanes = lanes;
    }

    /// <summary>The kernel of that neuron.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="learned">The learned value (PLIF: w, KLIF: k); not read for a neuron that has none.</param>
    /// <param name="width">How many neurons an instruction handles.</param>
    /// <exception cref="NotSupportedException">There is no kernel for that neuron.</exception>
    public static NeuronKernel Create(NeuronDefinition neuron, float learned, KernelWidth width = KernelWidth.Auto)
    {
        if (neuron is not SpikingNeuronDefinition spiking)
        {
            throw new NotSupportedException($"No kernel exists for the neuron {neuron.GetType().Name}.");
        }
        NeuronConstants constants = NeuronConstants.Of(spiking, learned);
        return width switch
        {
            KernelWidth.Auto => Create(neuron, learned, Widest),
            KernelWidth.Scalar => Create<Lanes1>(spiking, constants),
            KernelWidth.Vector128 => Create<Lanes128>(spiking, constants),
            KernelWidth.Vector256 => Create<Lanes256>(spiking, constants),
            KernelWidth.Vector512 => Create<Lanes512>(spiking, constants),
            _ => throw new ArgumentOutOfRangeException(nameof(width)),
        };
    }

    /// <summary>The width that <see cref="KernelWidth.Auto"/> stands for here.</summary>
    public static KernelWidth Widest =>
        Vector512.IsHardwareAccelerated ? KernelWidth.Vector512
        : Vector256.IsHardwareAccelerated ? KernelWidth.Vector256
        : Vector128.IsHardwareAccelerated ? KernelWidth.Vector128
        : KernelWidth.Scalar;

    /// <inheritdoc cref="NeuronKernels.Forward"/>
    public long Forward(float* current, bool constantCurrent, float* spikes, float* potential, int timeSteps, long n,
        WorkerTeam team)
    {
        var work = new ForwardWork
        {
            Constants = _constants,
            Current = current,
            CurrentStride = constantCurrent ? 0 : n,
            Spikes = spikes,
            Potential = potential,
            TimeSteps = timeSteps,
            Count = n,
            Streaming = n * timeSteps >= StreamingFloor && IsAligned(spikes, n) && IsAligned(potential, n),
        };
        long chunk = KernelBlock.Chunk(KernelBlock.Length(timeSteps, savedRows: 0));
        double fired = ChunkedRun<ForwardWork>.Run(in work, _vector.Forward, _tail.Forward, VectorEnd(n), n, chunk,
            Team(team, timeSteps, n));
        return (long)fired;
    }

    /// <summary>Finds the neurons that reach the threshold if nothing resets them: no other ever fires.</summary>
    /// <param name="current">Of the first neuron at the first step.</param>
    /// <param name="stride">From one step's current to the next.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="n">Number of neurons.</param>
    /// <param name="loud">[n]: takes 1 for those, 0 for the others.</param>
    public void FindLoud(float* current, long stride, int timeSteps, long n, float* loud)
    {
        var work = new ForwardWork { Constants = _constants, Current = current, CurrentStride = stride, TimeSteps = timeSteps };
        long vectorEnd = VectorEnd(n);
        _vector.Loud(in work, 0, vectorEnd, loud);
        if (vectorEnd < n)
        {
            _tail.Loud(in work, vectorEnd, n, loud);
        }
    }

    /// <summary>Forward on this thread, for neurons that lie among others.</summary>
    /// <param name="current">Of the first neuron at the first step.</param>
    /// <param name="currentStride">From one step's current to the next; 0 if it is the same at every step.</param>
    /// <param name="spikes">Takes those of the first neuron at the first step.</param>
    /// <param name="spikeStride">From one step's spikes to the next.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="n">Number of neurons.</param>
    public void ForwardPart(float* current, long currentStride, float* spikes, long spikeStride, int timeSteps, long n)
    {
        var work = new ForwardWork
        {
            Constants = _constants,
            Current = current,
            CurrentStride = currentStride,
            Spikes = spikes,
            TimeSteps = timeSteps,
            Count = spikeStride,
        };
        long vectorEnd = VectorEnd(n);
        _vector.Forward(in work, 0, vectorEnd);
        // What is not called is not compiled.
        if (vectorEnd < n)
        {
            _tail.Forward(in work, vectorEnd, n);
        }
    }

    /// <inheritdoc cref="NeuronKernels.Backward"/>
    public double Backward(float* potential, float* upstream, float* currentGradient, bool constantCurrent,
        int timeSteps, long n, WorkerTeam team)
    {
        var work = new BackwardWork
        {
            Constants = _constants,
            Potential = potential,
            Upstream = upstream,
            Gradient = currentGradient,
            GradientStride = constantCurrent ? 0 : n,
            TimeSteps = timeSteps,
            Count = n,
            Streaming = !constantCurrent && n * timeSteps >= StreamingFloor && IsAligned(currentGradient, n),
        };
        long chunk = KernelBlock.Chunk(KernelBlock.Length(timeSteps, _vector.SavedRows));
        double sum = ChunkedRun<BackwardWork>.Run(in work, _vector.Backward, _tail.Backward, VectorEnd(n), n, chunk,
            Team(team, timeSteps, n));
        return sum * _constants.LearnedFactor;
    }

    private static NeuronKernel Create<TLanes>(SpikingNeuronDefinition neuron, in NeuronConstants constants)
        where TLanes : unmanaged, ILanes<TLanes> =>
        new(in constants, RowSelection.For<TLanes>(neuron), RowSelection.For<Lanes1>(neuron), TLanes.Count,
            neuron.Surrogate.Alpha);

    private static WorkerTeam Team(WorkerTeam team, int timeSteps, long n) =>
        n * timeSteps < ThreadingFloor ? WorkerTeam.Caller : team;

    private long VectorEnd(long n) => n - (n % _lanes);

    // Every row of every step starts on a cache line.
    private static bool IsAligned(float* values, long n) => (nuint)values % 64 == 0 && n % 16 == 0;
}
