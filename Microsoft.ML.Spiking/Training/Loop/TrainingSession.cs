using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// A session of a training that is done in several: it resumes from the checkpoint that the session before it left, and
/// ends after a given epoch.
/// </summary>
/// <param name="Checkpoints">The place of the checkpoint between sessions; stays the caller's.</param>
/// <param name="LastEpoch">
/// The last epoch of the session; 0 to train nothing and return the best weights so far.
/// </param>
/// <param name="Interval">The longest time between two checkpoints; null to write them only after epochs.</param>
internal sealed record TrainingSession(ICheckpointPlace Checkpoints, int LastEpoch, TimeSpan? Interval = null)
{
    /// <summary>Gets what receives the training's warnings; null for the log.</summary>
    public Action<string>? Warned { get; init; }
}
