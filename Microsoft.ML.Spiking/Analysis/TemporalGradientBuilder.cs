using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Takes the gradient of the mean loss once for each horizon, and makes the report.</summary>
internal static class TemporalGradientBuilder
{
    /// <summary>Makes the report.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no rows with features and a label, libtorch cannot be loaded, or the neurons do not spike.
    /// </exception>
    public static TemporalGradientReport Build(
        NetworkDefinition network, NetworkWeights weights, AnalysisData data, TemporalGradientOptions options)
    {
        if (options.Faults().FirstOrDefault() is string fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }
        RecurrentLayers.Refuse(network, "Gradients through time are");
        (NetworkDefinition definition, NetworkWeights arrays) = options.Neuron is { } neuron
            ? NeuronExchange.Apply(network, weights, _ => neuron)
            : (network, weights);
        NeuronLayer[] neurons = [.. definition.AllLayers.OfType<NeuronLayer>()];
        if (Array.Find(neurons, layer => layer.Neuron is not SpikingNeuronDefinition) is { } other)
        {
            throw new InvalidOperationException($"Layer '{other.Name}' is of {other.Neuron.GetType().Name}, which " +
                "has no state: no gradient goes through time.");
        }
        (List<float[]> rows, List<long> labels) = Read(data, options.MaximumRows);
        return TrainingThread.Run(() =>
        {
            var layers = definition.AllLayers.OfType<WeightedLayer>().ToArray();
            double[][][] gradients = // [horizon][layer][weight]
            [
                .. Enumerable.Range(0, definition.TimeSteps).Select(horizon =>
                    Gradients(definition, arrays, layers, horizon, rows, labels, options)),
            ];
            return new TemporalGradientReport
            {
                Rows = rows.Count,
                TimeSteps = definition.TimeSteps,
                Neuron = neurons.Length == 0 ? "no" : NeuronNames.Of(neurons[0].Neuron),
                Layers = [.. layers.Select((layer, i) => Summary(layer.Name, [.. gradients.Select(all => all[i])]))],
            };
        });
    }

    private static (List<float[]> Rows, List<long> Labels) Read(AnalysisData data, int mostRows)
    {
        List<float[]> rows = [];
        List<long> labels = [];
        foreach (AnalysisRow row in data.Rows)
        {
            if (row.Label >= 0 && ScoreArguments.AreFinite(row.Features))
            {
                rows.Add([.. row.Features]);
                labels.Add(row.Label);
            }
            if (rows.Count == mostRows)
            {
                break;
            }
        }
        return rows.Count > 0 ? (rows, labels) : throw new InvalidOperationException(
            "The data have no row with a label and finite features: there is no loss to take gradients of.");
    }

    private static double[][] Gradients(NetworkDefinition definition, NetworkWeights weights, WeightedLayer[] layers,
        int horizon, List<float[]> rows, List<long> labels, TemporalGradientOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new TorchNetwork(definition, CPU, gradientHorizon: horizon);
        network.Parameters.Import(weights);
        var loss = new Loss(options.LossLambda, LossTarget.Constant, labelSmoothing: 0);
        for (int first = 0; first < rows.Count; first += options.BatchSize)
        {
            using DisposeScope batch = NewDisposeScope();
            int count = Math.Min(options.BatchSize, rows.Count - first);
            Tensor input = tensor(
                [.. rows.Skip(first).Take(count).SelectMany(row => row)], [count, definition.InputSize]);
            Tensor classes = Loss.OneHot(
                tensor([.. labels.Skip(first).Take(count)]), definition.ClassCount, ScalarType.Float32);
            Tensor mean = loss.Compute(network.Forward(input, ForwardPass.Evaluation), classes);
            CallbackFaults.Backward(mean.Times((double)count / rows.Count));
            CallbackGradients.Release();
        }
        return
        [
            .. layers.Select(layer => network.Parameters[layer.WeightName].grad is Tensor gradient
                ? [.. TensorCopy.ToArray(gradient).Select(value => (double)value)]
                : new double[layer.Parameters.First().Size]),
        ];
    }

    private static LayerGradients Summary(string name, double[][] byHorizon)
    {
        double norm = Norm(byHorizon[^1]);
        double[] added =
        [
            .. byHorizon.Select((gradient, k) => k == 0 ? Norm(gradient)
                : Norm([.. gradient.Zip(byHorizon[k - 1], (value, before) => value - before)])),
        ];
        return new()
        {
            Name = name,
            Norm = norm,
            HorizonNorms = [.. byHorizon.Select(Norm)],
            AddedNorms = added,
            AddedShares = [.. added.Select(value => norm == 0 ? 0 : value / norm)],
        };
    }

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));
}
