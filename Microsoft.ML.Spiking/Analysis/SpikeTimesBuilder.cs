using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Scoring.Executors;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Builds <see cref="SpikeTimesReport"/>.</summary>
internal sealed class SpikeTimesBuilder : IScoringWatch
{
    private readonly SpikeWindow[] _windows;
    private readonly double[][] _times; // of the row that is scored

    private SpikeTimesBuilder(NetworkDefinition network)
    {
        RecurrentLayers.Refuse(network, "Spike times are");
        LayerSignals[] layers = [.. LayerSignals.Of(network).Where(signals => signals.Layer is NeuronLayer)];
        double start = 1;
        List<SpikeWindow> windows = [];
        foreach (LayerSignals signals in layers)
        {
            var layer = (NeuronLayer)signals.Layer;
            if (layer.Neuron is not FirstSpikeNeuron neuron)
            {
                throw new InvalidOperationException($"Layer '{layer.Name}' is of {layer.Neuron.GetType().Name}; " +
                    $"spike times are of networks of {nameof(FirstSpikeNeuron)} alone: train with a " +
                    $"{nameof(FirstSpikeConversion)}.");
            }
            windows.Add(new()
            {
                Layer = layer.Name,
                Neurons = signals.Output.Size,
                Start = start,
                End = start + (float)neuron.Window,
            });
            start = windows[^1].End;
        }
        _windows = [.. windows];
        _times = new double[_windows.Length][];
    }

    /// <summary>Makes the report.</summary>
    /// <exception cref="InvalidOperationException">
    /// No row can be scored, or a layer is of other neurons.
    /// </exception>
    public static SpikeTimesReport Build(
        NetworkDefinition network, NetworkWeights weights, AnalysisData data, int mostRows)
    {
        var builder = new SpikeTimesBuilder(network);
        using var recorder = new ActivityRecorder(network, weights, builder);
        List<RowSpikeTimes> rows = [];
        recorder.Run(data, mostRows,
            after: (row, _) => rows.Add(new() { Row = row.Index, Times = [.. builder._times] }));
        long spikes = rows.Sum(row => row.Times.Sum(layer => (long)layer.Count(time => !double.IsNaN(time))));
        return new()
        {
            Layers = builder._windows,
            Rows = rows,
            SpikesPerNeuron =
                spikes / (double)rows.Count / Math.Max(1, builder._windows.Sum(window => window.Neurons)),
        };
    }

    /// <inheritdoc/>
    public void See(Layer layer, ReadOnlySpan<float> input, ReadOnlySpan<float> output, Interleaving order)
    {
        int place = Array.FindIndex(_windows, window => window.Layer == layer.Name);
        if (layer is not NeuronLayer || place < 0)
        {
            return;
        }
        double[] times = new double[_windows[place].Neurons];
        for (int i = 0; i < times.Length; i++)
        {
            times[order.PositionOf(i)] = output[i] > 0 ? _windows[place].End - output[i] : double.NaN;
        }
        _times[place] = times;
    }
}
