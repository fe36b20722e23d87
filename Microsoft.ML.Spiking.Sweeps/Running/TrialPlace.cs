using System.Diagnostics;
using Microsoft.ML.Spiking.Sweeps.Storage;
using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Where a fold of a trial rests: in memory, and from time to time where other workers find it.</summary>
/// <param name="trial">The trial.</param>
/// <param name="fold">From 0.</param>
/// <param name="cache">This process's memory.</param>
/// <param name="stored">Where others look; null where there are no others.</param>
/// <param name="claim">The right to write there; null to read alone.</param>
/// <param name="interval">The shortest time between two writings there.</param>
internal sealed class TrialPlace(
    TrialRecord trial, int fold, CheckpointCache cache, SharedCheckpoints? stored, Claim? claim, TimeSpan interval) : ICheckpointPlace
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
        // Somebody else may have trained it further.
        Checkpoint? theirs = stored?.Read(trial.Id, fold);
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

    /// <summary>Writes what has not been written where others look.</summary>
    /// <exception cref="ClaimLostException">Another worker has taken the trial up.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Flush()
    {
        if (stored is null || claim is null || _unwritten is null)
        {
            return;
        }
        bool isHeld = stored.Write(claim, fold, _unwritten);
        _unwritten = null;
        _written = Stopwatch.GetElapsedTime(_opened);
        if (!isHeld)
        {
            throw new ClaimLostException();
        }
    }

    public override string ToString() => $"trial {trial.Number}";
}
