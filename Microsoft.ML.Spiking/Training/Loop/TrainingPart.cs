using Microsoft.ML.Spiking.Training.Checkpoints;


namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>A part of a training: it goes on where the last one left it, and the next one goes on where it ends.</summary>
/// <param name="Checkpoints">Where the training rests between its parts; stays the caller's.</param>
/// <param name="LastEpoch">The epoch after which it rests; 0 to train nothing and have the best weights so far.</param>
/// <param name="Interval">The longest time between two checkpoints; null for the ends of epochs alone.</param>
internal sealed record TrainingPart(ICheckpointPlace Checkpoints, int LastEpoch, TimeSpan? Interval = null);
