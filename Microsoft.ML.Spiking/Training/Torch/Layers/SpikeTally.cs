using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Counts the spikes of each neuron layer, or the values that are not 0: on the device, where the neuron has not counted
/// them itself. Those numbers are fetched only when they are asked for, because that waits for the device.
/// </summary>
internal sealed class SpikeTally(Device device) : IDisposable
{
    private readonly List<Entry> _entries = []; // in the network's order: that of the first forward pass

    /// <summary>Adds a batch's spikes of a layer.</summary>
    public void Add(string layer, NeuronSpikes spikes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Entry entry = Of(layer);
        if (spikes.Count is long count)
        {
            entry.CountedSpikes += count;
        }
        else
        {
            entry.Count.Add(spikes.Values.count_nonzero());
        }
        entry.Places += spikes.Places;
    }

    /// <summary>Spikes per neuron and time step since the last <see cref="Clear"/>, by layer, and over all neurons.</summary>
    public (IReadOnlyList<KeyValuePair<string, double>> ByLayer, double Mean) Rates()
    {
        double[] counts = [.. _entries.Select(entry => entry.CountedSpikes + entry.Count.item<double>())];
        long places = _entries.Sum(entry => entry.Places);
        return ([.. _entries.Select((entry, i) => KeyValuePair.Create(entry.Layer, counts[i] / Math.Max(1, entry.Places)))],
            counts.Sum() / Math.Max(1, places));
    }

    /// <summary>Starts from 0.</summary>
    public void Clear()
    {
        foreach (Entry entry in _entries)
        {
            entry.Count.Set(0);
            entry.CountedSpikes = 0;
            entry.Places = 0;
        }
    }

    /// <summary>A copy of the counts. Waits for the device.</summary>
    public IReadOnlyList<LayerSpikes> Save() =>
        [.. _entries.Select(entry => new LayerSpikes(entry.Layer, entry.CountedSpikes + entry.Count.item<double>(), entry.Places))];

    /// <summary>Goes on from there.</summary>
    public void Restore(IReadOnlyList<LayerSpikes> layers)
    {
        Clear();
        foreach (LayerSpikes layer in layers)
        {
            Entry entry = Of(layer.Layer);
            entry.Count.Set(layer.Spikes);
            entry.Places = layer.Places;
        }
    }

    public void Dispose() => _entries.ForEach(entry => entry.Count.Dispose());

    private Entry Of(string layer)
    {
        Entry? entry = _entries.Find(known => known.Layer == layer);
        if (entry is null)
        {
            entry = new(layer, zeros([], ScalarType.Float64, device).DetachFromDisposeScope());
            _entries.Add(entry);
        }
        return entry;
    }

    private sealed class Entry(string layer, Tensor count)
    {
        public string Layer { get; } = layer;

        public Tensor Count { get; } = count;

        public long CountedSpikes { get; set; }

        public long Places { get; set; }
    }
}
