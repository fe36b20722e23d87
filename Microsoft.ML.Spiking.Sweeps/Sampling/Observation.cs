using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>A trial that something is known of.</summary>
/// <param name="Point">Its values.</param>
/// <param name="Epochs">How far it came: whoever came farther was better than those that had to stay behind.</param>
/// <param name="Score">After so many epochs; higher is better; null for one that failed, which is worse than all others.</param>
internal sealed record Observation(SweepPoint Point, int Epochs, double? Score);
