using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>A trial that has a score.</summary>
/// <param name="Point">Its values.</param>
/// <param name="Score">Higher is better; null for one that failed, which is worse than all others.</param>
internal sealed record Observation(SweepPoint Point, double? Score);
