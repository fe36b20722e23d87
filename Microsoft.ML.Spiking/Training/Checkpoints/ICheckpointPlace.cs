namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>Where the checkpoint of one training is kept. <see cref="object.ToString"/> names it.</summary>
internal interface ICheckpointPlace
{
    /// <summary>The checkpoint; null if there is none.</summary>
    /// <exception cref="InvalidOperationException">It is damaged or cannot be read.</exception>
    Checkpoint? Read();

    /// <summary>Replaces the checkpoint.</summary>
    /// <exception cref="IOException">The disk refuses; the previous checkpoint is still there.</exception>
    void Write(Checkpoint checkpoint);
}
