using System.Globalization;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>
/// Resumes a training from its checkpoint and writes new ones: after every epoch, in between if asked, and when
/// the training is cancelled.
/// </summary>
/// <param name="place">Where the checkpoint is kept; stays the caller's.</param>
/// <param name="found">The checkpoint when the training began; null for none.</param>
/// <param name="settings">How often within epochs.</param>
/// <param name="observer">Hears what happens.</param>
internal sealed class CheckpointKeeper(
    ICheckpointPlace place, Checkpoint? found, TrainingSettings settings, ITrainingObserver observer) : IDisposable
{
    private CheckpointFolder? _fold;
    private TrainingIdentity? _identity;
    private (int Epoch, long Batches) _position = (1, 0);
    private long _time;

    /// <summary>Puts the training where the checkpoint left it, if there is one.</summary>
    /// <exception cref="InvalidOperationException">The checkpoint is of another training; the message says how it differs.</exception>
    public void Resume(TrainingIdentity identity, TrainingState training)
    {
        _identity = identity;
        if (settings.SharesCheckpointFolder && place is CheckpointFolder folder
            && found?.State.Identity.Training.DifferenceFrom(identity.Training, "training") is not null)
        {
            place = _fold = folder.OpenFold(identity);
            found = _fold.Read();
        }
        if (found is not null)
        {
            if (found.State.Identity.DifferenceFrom(identity) is string difference)
            {
                throw new InvalidOperationException($"The training cannot be resumed from '{place}': it {difference}. " +
                    "Train as it was begun, or choose another folder.");
            }
            training.Restore(found);
            observer.Info(string.Create(CultureInfo.InvariantCulture,
                $"Resumed from '{place}': {training.History.Count} epochs and {training.Batches} batches are done."));
        }
        Remember(training);
    }

    /// <summary>After a step of the optimizer.</summary>
    public void StepFinished(TrainingState training)
    {
        bool isDue = training.Batches - _position.Batches >= settings.CheckpointEveryBatches
            || settings.Clock.GetElapsedTime(_time).TotalMinutes >= settings.CheckpointEveryMinutes;
        if (isDue && training.IsFinite())
        {
            Write(training);
        }
    }

    /// <summary>After an epoch.</summary>
    public void EpochFinished(TrainingState training) => Write(training);

    /// <summary>When the training was stopped between two batches.</summary>
    public void Cancelled(TrainingState training)
    {
        bool isNew = _identity is not null && _position != (training.Epoch, training.Batches);
        if (isNew && training.IsFinite() && training.Network.Parameters.AreFinite() && Write(training))
        {
            observer.Info($"The cancelled training was saved; Fit goes on from '{place}'.");
        }
    }

    public void Dispose() => _fold?.Dispose();

    private bool Write(TrainingState training)
    {
        Remember(training);
        try
        {
            place.Write(training.Save(_identity!));
            return true;
        }
        catch (Exception exception) when (CheckpointFolder.IsOfTheDisk(exception))
        {
            // A full disk should not end what has taken days.
            observer.Warning($"The checkpoint '{place}' could not be written, the training goes on: {exception.Message}");
            return false;
        }
    }

    private void Remember(TrainingState training)
    {
        _position = (training.Epoch, training.Batches);
        _time = settings.Clock.GetTimestamp();
    }
}
