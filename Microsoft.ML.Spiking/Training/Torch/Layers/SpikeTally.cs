using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// The number of spikes of each neuron layer, or of values that are not 0. Where a neuron does not count them itself
/// they are counted on the device and fetched only on demand, because fetching waits for the device.
/// </summary>
internal sealed class SpikeTally(Device device) : IDisposable
{
    private readonly List<Entry> _entries = []; // in the network's order: that of the first forward pass

    /// <summary>
    /// Returns the number that kernels on the device add a layer's spikes to: int64, null on the CPU. It is part of the
    /// layer's count.
    /// </summary>
    public Tensor? CounterOf(string layer) => device.type == DeviceType.CPU ? null : Of(layer).Counter;

    /// <summary>Adds the spikes of a layer in a batch.</summary>
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

    /// <summary>
    /// Returns the spikes per neuron and time step since the last <see cref="Clear"/>, by layer and over all neurons.
    /// </summary>
    public (IReadOnlyList<KeyValuePair<string, double>> ByLayer, double Mean) Rates()
    {
        double[] counts = [.. _entries.Select(entry => entry.Total())];
        long places = _entries.Sum(entry => entry.Places);
        KeyValuePair<string, double>[] rates =
            [.. _entries.Select((entry, i) => KeyValuePair.Create(entry.Layer, counts[i] / Math.Max(1, entry.Places)))];
        return (rates, counts.Sum() / Math.Max(1, places));
    }

    /// <summary>Takes over the counts of another tally, which are 0 afterwards. Waits for no device.</summary>
    /// <param name="other">The tally of a replica of the network.</param>
    public void TakeOver(SpikeTally other)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        foreach (Entry entry in other._entries)
        {
            Entry own = Of(entry.Layer);
            own.Count.Add(entry.Count.to(device));
            own.Counter.Add(entry.Counter.to(device));
            own.CountedSpikes += entry.CountedSpikes;
            own.Places += entry.Places;
        }
        other.Clear();
    }

    /// <summary>Adds counts that another tally has saved.</summary>
    public void Add(IReadOnlyList<LayerSpikes> layers)
    {
        foreach (LayerSpikes layer in layers)
        {
            Entry entry = Of(layer.Layer);
            entry.CountedSpikes += (long)layer.Spikes;
            entry.Places += layer.Places;
        }
    }

    /// <summary>Resets all counts to 0.</summary>
    public void Clear()
    {
        foreach (Entry entry in _entries)
        {
            entry.Count.Set(0);
            entry.Counter.Set(0);
            entry.CountedSpikes = 0;
            entry.Places = 0;
        }
    }

    /// <summary>Returns a copy of the counts. Waits for the device.</summary>
    public IReadOnlyList<LayerSpikes> Save() =>
    [
        .. _entries.Select(entry =>
            new LayerSpikes(entry.Layer, entry.Total(), entry.Places)),
    ];

    /// <summary>Continues from saved counts.</summary>
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

    public void Dispose() => _entries.ForEach(entry => entry.Dispose());

    private Entry Of(string layer)
    {
        Entry? entry = _entries.Find(known => known.Layer == layer);
        if (entry is null)
        {
            entry = new(layer, Zero(ScalarType.Float64), Zero(ScalarType.Int64));
            _entries.Add(entry);
        }
        return entry;
    }

    private Tensor Zero(ScalarType type) => zeros([], type, device).DetachFromDisposeScope();

    private sealed class Entry(string layer, Tensor count, Tensor counter) : IDisposable
    {
        public string Layer { get; } = layer;

        public Tensor Count { get; } = count;

        public Tensor Counter { get; } = counter;

        public long CountedSpikes { get; set; }

        public long Places { get; set; }

        // Waits for the device.
        public double Total() => CountedSpikes + DeviceWait.Item<double>(Count) + DeviceWait.Item<long>(Counter);

        public void Dispose()
        {
            Count.Dispose();
            Counter.Dispose();
        }
    }
}
