using System.Globalization;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>
/// The keeper of a training's checkpoint: resumes the training from it and writes new ones after every epoch, in
/// between where asked, and on cancellation.
/// </summary>
/// <param name="place">The place of the checkpoint; stays the caller's.</param>
/// <param name="found">The checkpoint when the training began; null for none.</param>
/// <param name="settings">How often checkpoints are written within epochs.</param>
/// <param name="observer">Receives what happens.</param>
internal sealed class CheckpointKeeper(
    ICheckpointPlace place, Checkpoint? found, TrainingSettings settings, ITrainingObserver observer) : IDisposable
{
    private IFoldedPlace? _fold;
    private TrainingIdentity? _identity;
    private (int Epoch, long Batches) _position = (1, 0);
    private long _time;

    /// <summary>Brings the training to where the checkpoint left it, if there is one.</summary>
    /// <param name="identity">The training's identity.</param>
    /// <param name="training">The training, before its first batch.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="InvalidOperationException">
    /// The checkpoint is of another training, or its content is not what this library writes; the message says what.
    /// </exception>
    public void Resume(TrainingIdentity identity, TrainingState training, TrainingLength length)
    {
        _identity = identity;
        if (settings.SharesCheckpointFolder && place is IFoldedPlace folder
            && found?.State.Identity.Training.DifferenceFrom(identity.Training, "training") is not null)
        {
            place = _fold = folder.OpenFold(identity, out found);
        }
        if (found is not null)
        {
            if (found.State.Identity.DifferenceFrom(identity) is string difference)
            {
                throw new InvalidOperationException(
                    $"The training cannot be resumed from '{place}': it {difference}. " +
                    "Train as it was begun, choose another folder, or delete the file to start again.");
            }
            var check = new CheckpointCheck(
                training.Network.Definition, length, hasValidation: identity.Validation is not null);
            if (check.FaultOf(found, training.OptimizerShapes()) is string fault)
            {
                throw new InvalidOperationException(
                    $"The training cannot be resumed from '{place}': The checkpoint {fault}. " +
                    "Delete the file to start again.");
            }
            training.Restore(found);
            observer.Info(string.Create(CultureInfo.InvariantCulture,
                $"Resumed from '{place}': {training.History.Count} epochs and {training.Batches} batches are done."));
        }
        Remember(training);
    }

    /// <summary>Writes a checkpoint after a step of the optimizer where one is due.</summary>
    public void StepFinished(TrainingState training)
    {
        bool isDue = training.Batches - _position.Batches >= settings.CheckpointEveryBatches
            || settings.Clock.GetElapsedTime(_time).TotalMinutes >= settings.CheckpointEveryMinutes;
        if (isDue && training.IsFinite())
        {
            Write(training);
        }
    }

    /// <summary>Writes a checkpoint after an epoch.</summary>
    public void EpochFinished(TrainingState training) => Write(training);

    /// <summary>Writes a checkpoint of a training that was cancelled between two batches.</summary>
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
            // A full disk should not end a training of days.
            observer.Warning(
                $"The checkpoint '{place}' could not be written, the training goes on: {exception.Message}");
            return false;
        }
    }

    private void Remember(TrainingState training)
    {
        _position = (training.Epoch, training.Batches);
        _time = settings.Clock.GetTimestamp();
    }
}
