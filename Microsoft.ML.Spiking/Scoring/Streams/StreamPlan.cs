using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Scoring.Streams;

/// <summary>
/// The steps of scoring a row's time steps as they arrive, and the memory that each stream carries. It shares the
/// weights of the plan that scores whole rows. Immutable, shared by all threads.
/// </summary>
internal sealed unsafe class StreamPlan
{
    private readonly StreamStage[] _stages;
    private readonly long[] _bufferStarts;
    private readonly long _scratchStart;
    private readonly int _output;
    private readonly int _classes;
    private readonly IdlePool<AlignedFloats> _idle;

    /// <summary>Makes the plan.</summary>
    /// <param name="network">The network; its rows bring their time steps.</param>
    /// <param name="plan">The network's plan for whole rows.</param>
    /// <exception cref="NotSupportedException">The network's rows do not bring their time steps.</exception>
    public StreamPlan(NetworkDefinition network, ScoringPlan plan)
    {
        Check(network);
        _classes = network.ClassCount;
        _output = plan.Output;
        _stages = new StreamStage[plan.Steps.Length];
        long[] lengths = new long[plan.BufferLengths.Length];
        long scratch = 0;
        for (int i = 0; i < _stages.Length; i++)
        {
            ScoringStep step = plan.Steps[i];
            StepExecutor executor = step.Executor.AtStep();
            _stages[i] = new(executor, step.Input, step.Output, StateLength);
            StateLength += CacheLines.Whole(executor.StateLength);
            lengths[step.Output] = Math.Max(lengths[step.Output], executor.OutputLength);
            scratch = Math.Max(scratch, executor.ScratchLength);
        }
        _bufferStarts = new long[lengths.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            _bufferStarts[i] = _scratchStart;
            _scratchStart += CacheLines.Whole(lengths[i]);
        }
        long length = _scratchStart + scratch;
        _idle = new(() => new AlignedFloats(length));
    }

    /// <summary>Gets the number of floats that a stream carries from step to step.</summary>
    public long StateLength { get; }

    /// <summary>Makes the carried values those before the first step.</summary>
    public void Reset(AlignedFloats state)
    {
        foreach (StreamStage stage in _stages)
        {
            stage.Executor.Reset(state.Pointer + stage.StateStart);
        }
        GC.KeepAlive(state);
    }

    /// <summary>Takes a step.</summary>
    /// <param name="values">The step's values, finite, in the network's order.</param>
    /// <param name="state">The carried values.</param>
    /// <param name="steps">The number of steps with this one, from 1.</param>
    /// <param name="scores">[classes]: takes the scores of a row that ends with this step.</param>
    public void Step(ReadOnlySpan<float> values, AlignedFloats state, int steps, Span<float> scores)
    {
        AlignedFloats work = _idle.Rent();
        fixed (float* row = values)
        {
            float* scratch = work.Pointer + _scratchStart;
            foreach (StreamStage stage in _stages)
            {
                float* input = stage.Input == ScoringPlan.Row ? row : work.Pointer + _bufferStarts[stage.Input];
                stage.Executor.Run(input, work.Pointer + _bufferStarts[stage.Output], state.Pointer + stage.StateStart,
                    scratch, steps);
            }
            Softmax.Apply(new ReadOnlySpan<float>(work.Pointer + _bufferStarts[_output], _classes), scores);
        }
        _idle.Return(work);
        GC.KeepAlive(state);
        GC.KeepAlive(work);
    }

    private static void Check(NetworkDefinition network)
    {
        if (network.HasTimeAxis)
        {
            return;
        }
        string reason = network.Encoder is DirectEncoder
            ? "gives the same row to the network at every step"
            : "makes all steps of a row from the whole row";
        throw new NotSupportedException($"The network cannot score a stream: its {network.Encoder.GetType().Name} " +
            $"{reason}, and a stream brings one step after the other. Train it on rows with a time axis, " +
            "[time steps, features] or [time steps, channels, height, width] (InputShape).");
    }

    /// <summary>A layer, the buffers that it reads and writes, and its place in the carried values.</summary>
    private sealed record StreamStage(StepExecutor Executor, int Input, int Output, long StateStart);
}
