using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Scoring.Executors;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Counts the spikes of rows that are scored and makes the report.</summary>
internal sealed class FiringRateBuilder : IScoringWatch
{
    private readonly NetworkDefinition _network;
    private readonly NetworkWeights _weights;
    private readonly FiringRateOptions _options;
    private readonly IReadOnlyList<string>? _classes;
    private readonly long[] _classRows;
    private readonly Dictionary<string, LayerCount> _layers = new(StringComparer.Ordinal);
    private readonly List<SpikeRaster> _rasters = [];
    private readonly List<PotentialTrace> _traces = [];
    private AnalysisRow _row;

    private FiringRateBuilder(
        NetworkDefinition network, NetworkWeights weights, FiringRateOptions options, IReadOnlyList<string>? classes)
    {
        RecurrentLayers.Refuse(network, "Firing rates are");
        _network = network;
        _weights = weights;
        _options = options;
        _classes = classes;
        _classRows = new long[classes?.Count ?? 0];
        foreach (LayerSignals signals in LayerSignals.Of(network).Where(signals => signals.Layer is NeuronLayer))
        {
            var neurons = (NeuronLayer)signals.Layer;
            if (neurons.Neuron is not (SpikingNeuronDefinition or BurstNeuron))
            {
                throw new InvalidOperationException($"Layer '{neurons.Name}' is of {neurons.Neuron.GetType().Name}, " +
                    "which does not spike: firing rates are of spiking neurons alone.");
            }
            _layers.Add(
                neurons.Name, new(signals.Output.Shape, signals.Output.Size, network.TimeSteps, _classRows.Length,
                    neurons.Neuron));
        }
        CheckPlaces();
    }

    /// <summary>Makes the report.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or names what is not there.</exception>
    /// <exception cref="InvalidOperationException">No row can be scored, or the network does not spike.</exception>
    public static FiringRateReport Build(
        NetworkDefinition network, NetworkWeights weights, AnalysisData data, FiringRateOptions options)
    {
        if (options.Faults().FirstOrDefault() is string fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }
        var builder = new FiringRateBuilder(network, weights, options, data.Classes);
        using var recorder = new ActivityRecorder(network, weights, builder);
        (long rows, long skipped) = recorder.Run(data, options.MaximumRows, builder.Begin);
        return builder.Report(rows, skipped);
    }

    /// <inheritdoc/>
    public void See(Layer layer, ReadOnlySpan<float> input, ReadOnlySpan<float> output, Interleaving order)
    {
        if (layer is not NeuronLayer neurons)
        {
            return;
        }
        LayerCount count = _layers[layer.Name];
        count.Add(output, order, _row.Label);
        if (_row.Index <= int.MaxValue && _options.RasterRows.Contains((int)_row.Index))
        {
            _rasters.Add(new()
            {
                Row = (int)_row.Index,
                Layer = layer.Name,
                Neurons = count.Neurons,
                Steps = Steps(output, count.Neurons, order),
            });
            foreach (NeuronPlace place in _options.TracedNeurons.Where(place => place.Layer == layer.Name))
            {
                _traces.Add(NeuronTracer.Trace(
                    (int)_row.Index, place, neurons, Learned(neurons), input, output, order, _network.TimeSteps));
            }
        }
    }

    private float Learned(NeuronLayer layer) => layer.Neuron.LearnedScalars is [LearnedScalar scalar]
        ? _weights[layer.ArrayName(scalar)].Values.Span[0]
        : 0f;

    private void Begin(AnalysisRow row)
    {
        _row = row;
        if (row.Label >= 0 && row.Label < _classRows.Length)
        {
            _classRows[row.Label]++;
        }
    }

    private void CheckPlaces()
    {
        foreach (NeuronPlace place in _options.TracedNeurons)
        {
            if (place.Layer is null || !_layers.TryGetValue(place.Layer, out LayerCount? layer))
            {
                throw new ArgumentException($"{nameof(FiringRateOptions.TracedNeurons)} names the layer " +
                    $"'{place.Layer}'; the layers of neurons are " +
                    $"{string.Join(", ", _layers.Keys.Select(name => $"'{name}'"))}.");
            }
            if (layer.Neuron is BurstNeuron)
            {
                throw new ArgumentException($"{nameof(FiringRateOptions.TracedNeurons)} names the layer " +
                    $"'{place.Layer}', which is of {nameof(BurstNeuron)}; potentials are traced of neurons with one " +
                    "spike in a step.");
            }
            if (place.Index < 0 || place.Index >= layer.Neurons)
            {
                throw new ArgumentException(
                    Invariant($"{nameof(FiringRateOptions.TracedNeurons)} names neuron {place.Index} of layer ") +
                    Invariant($"'{place.Layer}', which has the neurons 0 to {layer.Neurons - 1}."));
            }
        }
    }

    private IReadOnlyList<int>[] Steps(ReadOnlySpan<float> spikes, int neurons, Interleaving order)
    {
        var steps = new IReadOnlyList<int>[_network.TimeSteps];
        for (int t = 0; t < steps.Length; t++)
        {
            List<int> firing = [];
            for (int place = 0; place < neurons; place++)
            {
                if (spikes[(t * neurons) + place] != 0)
                {
                    firing.Add(order.PositionOf(place));
                }
            }
            firing.Sort();
            steps[t] = firing;
        }
        return steps;
    }

    private FiringRateReport Report(long rows, long skipped)
    {
        foreach (int row in _options.RasterRows)
        {
            if (!_rasters.Exists(raster => raster.Row == row))
            {
                throw new ArgumentException(
                    Invariant($"{nameof(FiringRateOptions.RasterRows)} names row {row}, which was not scored: ") +
                    Invariant($"{rows + skipped:N0} rows were read, and those with missing features left out."));
            }
        }
        double spikes = _layers.Values.Sum(layer => (double)layer.Total);
        double places = _layers.Values.Sum(layer => (double)layer.Neurons * _network.TimeSteps * rows);
        return new()
        {
            Rows = rows,
            SkippedRows = skipped,
            TimeSteps = _network.TimeSteps,
            MeanRate = places == 0 ? 0 : spikes / places,
            SaturationRate = _options.SaturationRate,
            Layers = [.. _layers.Select(layer => layer.Value.Report(layer.Key, rows, _options, _classes, _classRows))],
            Rasters = _rasters,
            Traces = _traces,
        };
    }

    /// <summary>The spikes of a layer.</summary>
    private sealed class LayerCount(
        IReadOnlyList<int> shape, int neurons, int timeSteps, int classes, NeuronDefinition neuron)
    {
        private readonly float _spike = neuron is BurstNeuron burst ? (float)burst.Threshold : 1;

        private readonly long[] _neurons = new long[neurons]; // in the definition's order
        private readonly long[] _steps = new long[timeSteps];
        private readonly long[] _classes = new long[classes];

        public int Neurons => neurons;

        public NeuronDefinition Neuron => neuron;

        public long Total => _steps.Sum();

        public void Add(ReadOnlySpan<float> spikes, Interleaving order, int label)
        {
            long row = 0;
            for (int t = 0; t < timeSteps; t++)
            {
                long fired = 0;
                for (int place = 0; place < neurons; place++)
                {
                    if (spikes[(t * neurons) + place] is not 0 and float value)
                    {
                        long count = (long)MathF.Round(value / _spike);
                        fired += count;
                        _neurons[order.PositionOf(place)] += count;
                    }
                }
                _steps[t] += fired;
                row += fired;
            }
            if (label >= 0 && label < _classes.Length)
            {
                _classes[label] += row;
            }
        }

        public LayerFiring Report(string name, long rows, FiringRateOptions options,
            IReadOnlyList<string>? classNames, long[] classRows)
        {
            double perNeuron = (double)rows * timeSteps;
            double[] rates = [.. _neurons.Select(count => count / perNeuron)];
            int[] histogram = new int[options.HistogramBins];
            foreach (double rate in rates)
            {
                histogram[Math.Min((int)(rate * histogram.Length), histogram.Length - 1)]++;
            }
            return new()
            {
                Name = name,
                Shape = shape,
                Neurons = neurons,
                Rate = Total / (perNeuron * neurons),
                StepRates = [.. _steps.Select(count => count / ((double)rows * neurons))],
                ClassRates =
                [
                    .. Enumerable.Range(0, _classes.Length).Where(label => classRows[label] > 0).Select(label =>
                        new ClassFiring
                        {
                            Class = classNames![label],
                            Rows = classRows[label],
                            Rate = _classes[label] / ((double)classRows[label] * timeSteps * neurons),
                        }),
                ],
                DeadNeurons = _neurons.Count(count => count == 0),
                SaturatedNeurons = rates.Count(rate => rate >= options.SaturationRate),
                Histogram = histogram,
                NeuronRates = rates,
            };
        }
    }
}
