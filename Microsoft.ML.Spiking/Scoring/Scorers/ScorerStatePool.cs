using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>Keeps the states of finished calls for later ones: with no more calls at once than processors, nothing is
/// allocated after the first few.</summary>
internal sealed class ScorerStatePool(ScoringPlan plan)
{
    private readonly ScorerState?[] _idle = new ScorerState?[2 * Environment.ProcessorCount];

    public ScorerState Rent()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is ScorerState state)
            {
                return state;
            }
        }
        return new ScorerState(plan);
    }

    /// <summary>Takes a state back; dropped if the pool is full.</summary>
    public void Return(ScorerState state)
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], state, null) is null)
            {
                return;
            }
        }
    }

    /// <summary>Drops the idle states.</summary>
    public void Clear() => Array.Clear(_idle);
}
