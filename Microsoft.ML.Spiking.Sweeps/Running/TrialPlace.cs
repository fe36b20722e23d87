using System.Diagnostics;
using Microsoft.ML.Spiking.Sweeps.Storage;
using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// The checkpoints of a fold of a trial: in this process, and from time to time where other workers can find them.
/// </summary>
/// <param name="trial">The trial.</param>
/// <param name="fold">From 0.</param>
/// <param name="cache">This process's checkpoints.</param>
/// <param name="shared">The checkpoints that other workers can find; null if there are none.</param>
/// <param name="claim">The right to write there; null to read only.</param>
/// <param name="interval">The shortest time between two writings there.</param>
internal sealed class TrialPlace(
    TrialRecord trial, int fold, CheckpointCache cache, SharedCheckpoints? shared, Claim? claim, TimeSpan interval)
    : ICheckpointPlace
{
    private readonly long _opened = Stopwatch.GetTimestamp();
    private TimeSpan _written;
    private Checkpoint? _unwritten;

    public Checkpoint? Read()
    {
        Checkpoint? mine = cache.Get(trial.Id, fold);
        if (mine is not null && mine.State.History.Count >= trial.Epochs)
        {
            return mine;
        }
        // Another worker may have trained it further.
        Checkpoint? theirs = shared?.Read(trial.Id, fold);
        return theirs is not null && theirs.State.History.Count > (mine?.State.History.Count ?? 0) ? theirs : mine;
    }

    public void Write(Checkpoint checkpoint)
    {
        cache.Put(trial.Id, fold, checkpoint);
        _unwritten = checkpoint;
        if (Stopwatch.GetElapsedTime(_opened) - _written >= interval)
        {
            Flush();
        }
    }

    /// <summary>Writes the last checkpoint where other workers can find it, unless it already has been.</summary>
    /// <exception cref="ClaimLostException">Another worker has taken up the trial.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Flush()
    {
        if (shared is null || claim is null || _unwritten is null)
        {
            return;
        }
        bool isHeld = shared.Write(claim, fold, _unwritten);
        _unwritten = null;
        _written = Stopwatch.GetElapsedTime(_opened);
        if (!isHeld)
        {
            throw new ClaimLostException();
        }
    }

    public override string ToString() => $"trial {trial.Number}";
}
