using System.Collections.Concurrent;
using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>The checkpoints of trials that this process has trained, so that what goes on does so from memory.</summary>
internal sealed class CheckpointCache
{
    private readonly ConcurrentDictionary<(long Trial, int Fold), Checkpoint> _checkpoints = new();

    /// <summary>How many there are.</summary>
    public int Count => _checkpoints.Count;

    public Checkpoint? Get(long trial, int fold) => _checkpoints.GetValueOrDefault((trial, fold));

    public void Put(long trial, int fold, Checkpoint checkpoint) => _checkpoints[(trial, fold)] = checkpoint;

    /// <summary>Forgets a trial.</summary>
    public void Drop(long trial)
    {
        foreach ((long Trial, int Fold) key in _checkpoints.Keys.Where(key => key.Trial == trial))
        {
            _checkpoints.TryRemove(key, out _);
        }
    }
}
