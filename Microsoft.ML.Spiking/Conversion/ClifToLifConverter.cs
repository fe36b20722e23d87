using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Conversion;

/// <summary>Exchanges CLIF neurons for LIF neurons and looks for the hard reset that keeps the accuracy.</summary>
internal sealed class ClifToLifConverter
{
    private readonly NetworkDefinition _network;
    private readonly NetworkWeights _weights;
    private readonly float[] _features; // [rows, features]
    private readonly int[] _labels;
    private readonly float[] _scores;

    private ClifToLifConverter(
        NetworkDefinition network, NetworkWeights weights, IEnumerable<(float[] Features, int Label)> rows)
    {
        _network = network;
        _weights = weights;
        List<float> features = [];
        List<int> labels = [];
        foreach ((float[] row, int label) in rows)
        {
            if (label >= 0 && ScoreArguments.AreFinite(row))
            {
                features.AddRange(row);
                labels.Add(label);
            }
        }
        if (labels.Count == 0)
        {
            throw new InvalidOperationException(
                "The data has no row with a label and finite features: the reset cannot be chosen.");
        }
        (_features, _labels) = ([.. features], [.. labels]);
        _scores = new float[_labels.Length * network.ClassCount];
    }

    /// <summary>Converts the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="rows">The rows that the reset is chosen by; a row's array may be used again for the next.</param>
    /// <param name="options">The choices.</param>
    /// <returns>The report, without a model, and the network of LIF neurons.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network has no CLIF neurons, or no row has a label and finite features.
    /// </exception>
    public static (LifConversion Report, NetworkDefinition Network, NetworkWeights Weights) Convert(
        NetworkDefinition network, NetworkWeights weights, IEnumerable<(float[] Features, int Label)> rows,
        LifConversionOptions options)
    {
        if (options.Faults().FirstOrDefault() is string fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }
        RecurrentLayers.Refuse(network, "Conversions to LIF are");
        NeuronLayer[] layers = [.. network.AllLayers.OfType<NeuronLayer>().Where(layer => layer.Neuron is ClifNeuron)];
        if (layers.Length == 0)
        {
            throw new InvalidOperationException(
                "The network has no layer of CLIF neurons: there is nothing to convert.");
        }
        double threshold = layers.Min(layer => ((ClifNeuron)layer.Neuron).Threshold);
        foreach (double potential in options.ResetPotentials.Where(potential => (float)potential >= (float)threshold))
        {
            throw new ArgumentException(Invariant($"{nameof(options.ResetPotentials)} has {potential}; it must be ") +
                Invariant($"below the neurons' threshold, {threshold}."), nameof(options));
        }
        return new ClifToLifConverter(network, weights, rows).Convert(layers, options);
    }

    private (LifConversion Report, NetworkDefinition Network, NetworkWeights Weights) Convert(
        NeuronLayer[] layers, LifConversionOptions options)
    {
        double[] candidates = [.. options.ResetPotentials.Append(0).Distinct().Order()];
        ResetTrial[] trials =
        [
            .. candidates.Select(value =>
                new ResetTrial { ResetPotential = value, Accuracy = Accuracy(With(layer => value)) }),
        ];
        ResetTrial best = trials.OrderByDescending(trial => trial.Accuracy)
            .ThenBy(trial => Math.Abs(trial.ResetPotential)).First();
        Dictionary<string, double> resets = layers.ToDictionary(layer => layer.Name, _ => best.ResetPotential);
        double accuracy = best.Accuracy;
        if (options.IsPerLayer)
        {
            foreach (NeuronLayer layer in layers)
            {
                foreach (double candidate in candidates)
                {
                    Dictionary<string, double> changed = new(resets) { [layer.Name] = candidate };
                    double found = Accuracy(With(inner => changed[inner.Name]));
                    (resets, accuracy) = found > accuracy ? (changed, found) : (resets, accuracy);
                }
            }
        }
        (NetworkDefinition network, NetworkWeights weights) = With(layer => resets[layer.Name]);
        var report = new LifConversion
        {
            Rows = _labels.Length,
            ClifAccuracy = Accuracy((_network, _weights)),
            SoftResetAccuracy = Accuracy(With(layer => null)),
            HardResetToZeroAccuracy = trials.Single(trial => trial.ResetPotential == 0).Accuracy,
            HardResetAccuracy = best.Accuracy,
            ResetPotential = best.ResetPotential,
            Trials = trials,
            Layers =
            [
                .. layers.Select(layer =>
                    new LayerReset { Layer = layer.Name, ResetPotential = resets[layer.Name] }),
            ],
            Accuracy = accuracy,
        };
        return (report, network, weights);
    }

    private (NetworkDefinition Network, NetworkWeights Weights) With(Func<NeuronLayer, double?> reset) =>
        NeuronExchange.Apply(_network, _weights, layer => layer.Neuron is not ClifNeuron clif ? layer.Neuron
            : new LifNeuron
            {
                MembraneTimeConstant = clif.MembraneTimeConstant,
                DecayInput = clif.DecayInput,
                Threshold = clif.Threshold,
                Surrogate = clif.Surrogate,
                DetachReset = clif.DetachReset,
                ResetPotential = reset(layer),
            });

    private double Accuracy((NetworkDefinition Network, NetworkWeights Weights) model)
    {
        using var scorer = new ManagedScorer(model.Network, model.Weights, VectorWidth.Auto);
        scorer.Score(_features, _labels.Length, _scores);
        int classes = _network.ClassCount, right = 0;
        for (int row = 0; row < _labels.Length; row++)
        {
            ReadOnlySpan<float> own = _scores.AsSpan(row * classes, classes);
            int best = 0;
            for (int c = 1; c < classes; c++)
            {
                best = own[c] > own[best] ? c : best;
            }
            right += best == _labels[row] ? 1 : 0;
        }
        return right / (double)_labels.Length;
    }
}
