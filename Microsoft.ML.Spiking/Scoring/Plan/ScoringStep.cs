using Microsoft.ML.Spiking.Scoring.Executors;

namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>An executor and the buffers that it reads and writes.</summary>
/// <param name="Executor">What runs.</param>
/// <param name="Input">The buffer that it reads; <see cref="ScoringPlan.Row"/> for the row itself.</param>
/// <param name="Output">The buffer that it writes.</param>
internal sealed record ScoringStep(LayerExecutor Executor, int Input, int Output);
