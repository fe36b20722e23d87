using System.Globalization;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>Resumes a training from its checkpoint and writes new ones: after every epoch, and in between if asked.</summary>
/// <param name="place">Where the checkpoint is kept; stays the caller's.</param>
/// <param name="found">The checkpoint when the training began; null for none.</param>
/// <param name="everyBatches">Most batches between two checkpoints; null for the end of epochs alone.</param>
/// <param name="observer">Hears what happens.</param>
internal sealed class CheckpointKeeper(ICheckpointPlace place, Checkpoint? found, int? everyBatches, ITrainingObserver observer)
{
    private TrainingIdentity? _identity;
    private long _batches;

    /// <summary>Puts the training where the checkpoint left it, if there is one.</summary>
    /// <exception cref="InvalidOperationException">The checkpoint is of another training; the message says how it differs.</exception>
    public void Resume(TrainingIdentity identity, TrainingState training)
    {
        _identity = identity;
        if (found is null)
        {
            return;
        }
        if (found.State.Identity.DifferenceFrom(identity) is string difference)
        {
            throw new InvalidOperationException($"The training cannot be resumed from '{place}': it {difference}. " +
                "Train as it was begun, or choose another folder.");
        }
        training.Restore(found);
        _batches = training.Batches;
        observer.Info(string.Create(CultureInfo.InvariantCulture,
            $"Resumed from '{place}': {training.History.Count} epochs and {training.Batches} batches are done."));
    }

    /// <summary>After a step of the optimizer.</summary>
    public void StepFinished(TrainingState training)
    {
        if (training.Batches - _batches >= everyBatches && training.IsFinite())
        {
            Write(training);
        }
    }

    /// <summary>After an epoch.</summary>
    public void EpochFinished(TrainingState training) => Write(training);

    private void Write(TrainingState training)
    {
        _batches = training.Batches;
        try
        {
            place.Write(training.Save(_identity!));
        }
        catch (Exception exception) when (CheckpointFolder.IsOfTheDisk(exception))
        {
            // A full disk should not end what has taken days.
            observer.Warning($"The checkpoint '{place}' could not be written, the training goes on: {exception.Message}");
        }
    }
}
