using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Scores rows one by one in managed code and shows the values inside of the network to an observer.</summary>
internal sealed class ActivityRecorder : IScoringWatch, IDisposable
{
    private readonly ManagedScorer _scorer;
    private readonly IScoringWatch _observer;
    private readonly float[] _scores;

    /// <summary>Prepares scoring.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="observer">Sees each layer's values of each row that is scored.</param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be scored; the message names it.</exception>
    public ActivityRecorder(NetworkDefinition network, NetworkWeights weights, IScoringWatch observer)
    {
        _observer = observer;
        _scores = new float[network.ClassCount];
        ScoringPlan plan = ScoringPlanBuilder.Build(
            network, weights, VectorWidth.Auto, ExecutorFactory.Of(VectorWidth.Auto), this);
        _scorer = new(network, plan);
    }

    /// <summary>Scores the rows.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="mostRows">The most rows; null for all.</param>
    /// <param name="before">Called before each row that is scored.</param>
    /// <param name="after">Called after each row that was scored, with its scores.</param>
    /// <returns>The number of rows that were scored and of those with missing or infinite values, left out.</returns>
    /// <exception cref="InvalidOperationException">There are no rows that can be scored.</exception>
    public (long Rows, long Skipped) Run(AnalysisData data, int? mostRows, Action<AnalysisRow>? before = null,
        Action<AnalysisRow, float[]>? after = null)
    {
        long rows = 0, skipped = 0;
        foreach (AnalysisRow row in data.Rows)
        {
            if (rows + skipped == (mostRows ?? long.MaxValue))
            {
                break;
            }
            if (!ScoreArguments.AreFinite(row.Features))
            {
                skipped++;
                continue;
            }
            before?.Invoke(row);
            _scorer.Score(row.Features, 1, _scores);
            after?.Invoke(row, _scores);
            rows++;
        }
        return rows > 0 ? (rows, skipped) : throw new InvalidOperationException(skipped == 0
            ? "The data has no rows: there is nothing to report on."
            : FormattableString.Invariant($"All {skipped:N0} rows of the data have missing or infinite features: ") +
                "there is nothing to report on.");
    }

    /// <inheritdoc/>
    public void See(Layer layer, ReadOnlySpan<float> input, ReadOnlySpan<float> output, Interleaving order) =>
        _observer.See(layer, input, output, order);

    public void Dispose() => _scorer.Dispose();
}
