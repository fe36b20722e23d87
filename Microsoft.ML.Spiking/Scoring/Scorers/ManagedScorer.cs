using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>
/// A scorer on the CPU, in managed code: no native library is loaded. Values that are the same at every step are
/// computed once, spikes are treated as events, and the last linear layers see the mean over time.
/// </summary>
/// <remarks>
/// A call works on its own thread, with memory from a pool. <see cref="Dispose"/> does not disturb calls under way:
/// they keep their own references.
/// </remarks>
internal sealed unsafe class ManagedScorer : IScorer
{
    private readonly ScoringPlan _plan;
    private readonly ScoringStep[] _steps;
    private readonly IdlePool<ScorerState> _pool;
    private volatile bool _disposed;

    /// <summary>Prepares scoring.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays; they are copied.</param>
    /// <param name="width">How many values an instruction handles.</param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be scored; the message names it.</exception>
    public ManagedScorer(NetworkDefinition definition, NetworkWeights weights, VectorWidth width = VectorWidth.Auto)
        : this(definition, ScoringPlanBuilder.Build(definition, weights, width))
    {
    }

    /// <summary>Prepares scoring by a plan.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="plan">The network's plan.</param>
    public ManagedScorer(NetworkDefinition definition, ScoringPlan plan)
    {
        FeatureCount = definition.InputSize;
        ClassCount = definition.ClassCount;
        _plan = plan;
        _steps = [.. plan.Steps];
        _pool = new(() => new ScorerState(plan));
    }

    /// <inheritdoc/>
    public int FeatureCount { get; }

    /// <inheritdoc/>
    public int ClassCount { get; }

    /// <summary>Gets the plan, which holds the weights.</summary>
    public ScoringPlan Plan => _plan;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ScoreArguments.Check(this, features, rows, scores);
        if (rows == 0)
        {
            return;
        }
        ScorerState state = _pool.Rent();
        for (int row = 0; row < rows; row += _plan.BlockRows)
        {
            int count = Math.Min(_plan.BlockRows, rows - row);
            ScoreBlock(features.Slice(row * FeatureCount, count * FeatureCount), count,
                scores.Slice(row * ClassCount, count * ClassCount), state);
        }
        _pool.Return(state);
        GC.KeepAlive(state);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _pool.Clear();
    }

    /// <summary>Scores the rows together, or, if one of them is not finite, one by one without it.</summary>
    private void ScoreBlock(ReadOnlySpan<float> features, int rows, Span<float> scores, ScorerState state)
    {
        if (ScoreArguments.AreFinite(features))
        {
            ScoreFinite(features, rows, scores, state);
            return;
        }
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> one = features.Slice(row * FeatureCount, FeatureCount);
            Span<float> own = scores.Slice(row * ClassCount, ClassCount);
            if (ScoreArguments.AreFinite(one))
            {
                ScoreFinite(one, 1, own, state);
            }
            else
            {
                own.Fill(float.NaN);
            }
        }
    }

    private void ScoreFinite(ReadOnlySpan<float> features, int rows, Span<float> scores, ScorerState state)
    {
        fixed (float* first = features)
        {
            foreach (ScoringStep step in _steps)
            {
                step.Executor.RunRows(Address(step.Input, first, state), Stride(step.Input),
                    Address(step.Output, first, state), Stride(step.Output), rows, state.Scratch.Pointer);
            }
            float* logits = Address(_plan.Output, first, state);
            for (int row = 0; row < rows; row++)
            {
                Softmax.Apply(new ReadOnlySpan<float>(logits + (row * Stride(_plan.Output)), ClassCount),
                    scores.Slice(row * ClassCount, ClassCount));
            }
        }
    }

    private static float* Address(int buffer, float* row, ScorerState state) =>
        buffer == ScoringPlan.Row ? row : state.Buffer(buffer);

    private long Stride(int buffer) =>
        buffer == ScoringPlan.Row ? FeatureCount : ScorerState.Stride(_plan.BufferLengths[buffer]);
}
