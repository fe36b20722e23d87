using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Scoring.Streams;

/// <summary>
/// The scoring of a whole row step by step, by the executors of streams, which may end after any step. Layers whose
/// values are the same at every step run at the first one alone. Immutable, shared by all threads.
/// </summary>
internal sealed unsafe class RowWalk
{
    private readonly WalkStage[] _stages;
    private readonly long[] _bufferStarts;
    private readonly int[] _stepLengths; // of buffers that hold all steps, of which each step reads its own; else 0
    private readonly int _rowStepLength;
    private readonly long _stateStart;
    private readonly long _scratchStart;
    private readonly int _output;
    private readonly IdlePool<AlignedFloats> _idle;

    /// <summary>Makes the walk.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays; they are copied.</param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be scored; the message names it.</exception>
    public RowWalk(NetworkDefinition network, NetworkWeights weights)
    {
        (IReadOnlyList<ScoringStep> steps, int output) =
            ScoringPlanBuilder.BuildWalk(network, weights, VectorWidth.Auto);
        TimeSteps = network.TimeSteps;
        ClassCount = network.ClassCount;
        _rowStepLength = network.HasTimeAxis ? network.InputSignal.Size : 0;
        _output = output;
        int buffers = 1 + steps.Max(step => step.Output);
        long[] lengths = new long[buffers];
        bool?[] isOnce = new bool?[buffers]; // null before a buffer is written
        _stepLengths = new int[buffers];
        _stages = new WalkStage[steps.Count];
        long state = 0, scratch = 0;
        for (int i = 0; i < steps.Count; i++)
        {
            ScoringStep step = steps[i];
            bool isEncoder = step.Executor is EncoderExecutor;
            StepExecutor executor = step.Executor.AtStep();
            bool changes = step.Input == ScoringPlan.Row ? network.HasTimeAxis
                : isOnce[step.Input] != true || _stepLengths[step.Input] > 0;
            bool once = isEncoder || (executor.StateLength == 0 && !changes && isOnce[step.Output] != false);
            isOnce[step.Output] = once;
            _stepLengths[step.Output] = isEncoder ? network.InputSignal.Size : 0;
            _stages[i] = new(executor, step.Input, step.Output, state, once);
            state += CacheLines.Whole(executor.StateLength);
            lengths[step.Output] = Math.Max(lengths[step.Output], executor.OutputLength);
            scratch = Math.Max(scratch, executor.ScratchLength);
        }
        _bufferStarts = new long[buffers];
        for (int i = 0; i < buffers; i++)
        {
            _bufferStarts[i] = _stateStart;
            _stateStart += CacheLines.Whole(lengths[i]);
        }
        _scratchStart = _stateStart + state;
        long length = _scratchStart + scratch;
        _idle = new(() => new AlignedFloats(length));
    }

    /// <summary>Gets T.</summary>
    public int TimeSteps { get; }

    /// <summary>Gets the number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>Scores a row until it is decided.</summary>
    /// <param name="features">The row, finite.</param>
    /// <param name="exit">When it is decided; null for the last step.</param>
    /// <param name="scores">[classes]: takes the scores of the steps that were taken.</param>
    /// <param name="each">[T, classes]: takes the scores after each step; empty for nothing.</param>
    /// <returns>The number of steps that were taken.</returns>
    public int Score(ReadOnlySpan<float> features, EarlyExit? exit, Span<float> scores, Span<float> each = default)
    {
        AlignedFloats work = _idle.Rent();
        foreach (WalkStage stage in _stages)
        {
            stage.Executor.Reset(work.Pointer + _stateStart + stage.StateStart);
        }
        int t = 0;
        fixed (float* row = features)
        {
            while (t < TimeSteps)
            {
                Step(row, work.Pointer, t++);
                if (t == TimeSteps || exit is not null || each.Length > 0)
                {
                    Softmax.Apply(new(work.Pointer + _bufferStarts[_output], ClassCount), scores);
                }
                if (each.Length > 0)
                {
                    scores.CopyTo(each.Slice((t - 1) * ClassCount, ClassCount));
                }
                if (exit?.Decides(t, scores) == true)
                {
                    break;
                }
            }
        }
        _idle.Return(work);
        GC.KeepAlive(work);
        return t;
    }

    private void Step(float* row, float* work, int t)
    {
        foreach (WalkStage stage in _stages)
        {
            if (stage.IsOnce && t > 0)
            {
                continue;
            }
            float* input = stage.Input == ScoringPlan.Row
                ? row + ((long)t * _rowStepLength)
                : work + _bufferStarts[stage.Input] + ((long)t * _stepLengths[stage.Input]);
            stage.Executor.Run(input, work + _bufferStarts[stage.Output], work + _stateStart + stage.StateStart,
                work + _scratchStart, t + 1);
        }
    }

    /// <summary>
    /// A layer, its buffers, its place in the carried values, and whether it runs at the first step alone.
    /// </summary>
    private sealed record WalkStage(StepExecutor Executor, int Input, int Output, long StateStart, bool IsOnce);
}
