using System.Collections.Concurrent;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>Layers whose solver of an equilibrium has not converged: each is warned of once.</summary>
internal sealed class StalledSolvers
{
    private readonly ConcurrentDictionary<string, bool> _isTold = new(StringComparer.Ordinal);

    /// <summary>Notes a layer; devices may do so at the same time.</summary>
    public void Add(string layer) => _isTold.TryAdd(layer, false);

    /// <summary>Warns of the layers that are new.</summary>
    public void Warn(ITrainingObserver observer)
    {
        foreach ((string layer, _) in _isTold.Where(stalled => !stalled.Value))
        {
            _isTold[layer] = true;
            observer.Warning($"Layer '{layer}': the equilibrium's gradient has not converged, because the norm of " +
                "its weights has grown beyond its threshold. Raise the threshold or the weight decay, or lower the " +
                "learning rate.");
        }
    }
}
