using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// A session of a training that is done in several: it resumes from the checkpoint that the session before it left, and
/// ends after a given epoch.
/// </summary>
/// <param name="Checkpoints">Where the training rests between sessions; stays the caller's.</param>
/// <param name="LastEpoch">The epoch after which it rests; 0 to train nothing and have the best weights so far.</param>
/// <param name="Interval">The longest time between two checkpoints; null for the ends of epochs alone.</param>
internal sealed record TrainingSession(ICheckpointPlace Checkpoints, int LastEpoch, TimeSpan? Interval = null);
