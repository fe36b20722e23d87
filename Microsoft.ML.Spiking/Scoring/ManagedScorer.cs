using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// Scores rows on the CPU in managed code: no native library is loaded. What is the same at every step is computed
/// once, spikes are treated as events, and the last linear layers see the mean over time.
/// </summary>
/// <remarks>
/// A call works on its own thread, with memory from a pool. <see cref="Dispose"/> does not disturb calls under way:
/// they hold what they use.
/// </remarks>
internal sealed unsafe class ManagedScorer : IScorer
{
    private readonly ScoringPlan _plan;
    private readonly ScoringStep[] _steps;
    private readonly ScorerStatePool _pool;
    private volatile bool _disposed;

    /// <summary>Prepares scoring.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays; they are copied.</param>
    /// <param name="width">How many values an instruction handles.</param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be scored; the message names it.</exception>
    public ManagedScorer(NetworkDefinition definition, NetworkWeights weights, KernelWidth width = KernelWidth.Auto)
    {
        FeatureCount = definition.InputSize;
        ClassCount = definition.ClassCount;
        _plan = ExecutorPlan.Build(definition, weights, width);
        _steps = [.. _plan.Steps];
        _pool = new ScorerStatePool(_plan);
    }

    /// <inheritdoc/>
    public int FeatureCount { get; }

    /// <inheritdoc/>
    public int ClassCount { get; }

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
        for (int row = 0; row < rows; row++)
        {
            ScoreRow(features.Slice(row * FeatureCount, FeatureCount), scores.Slice(row * ClassCount, ClassCount), state);
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

    private void ScoreRow(ReadOnlySpan<float> features, Span<float> scores, ScorerState state)
    {
        if (!ScoreArguments.AreFinite(features))
        {
            scores.Fill(float.NaN);
            return;
        }
        fixed (float* row = features)
        {
            foreach (ScoringStep step in _steps)
            {
                step.Executor.Run(Address(step.Input, row, state), Address(step.Output, row, state), state.Scratch.Pointer);
            }
            float* logits = Address(_plan.Output, row, state);
            Softmax.Apply(new ReadOnlySpan<float>(logits, scores.Length), scores);
        }
    }

    private static float* Address(int buffer, float* row, ScorerState state) =>
        buffer == ScoringPlan.Row ? row : state.Buffer(buffer).Pointer;
}
