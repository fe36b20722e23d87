using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Scoring.Executors;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Measures which values inside of a network are not 0, and makes the report of its operations.</summary>
internal sealed class EnergyBuilder : IScoringWatch
{
    private readonly Dictionary<Layer, (double Active, double Places)> _counts = [];

    private EnergyBuilder() { }

    /// <summary>Makes the report from rows.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">No row can be scored.</exception>
    public static EnergyReport Build(
        NetworkDefinition network, NetworkWeights weights, AnalysisData data, EnergyOptions options)
    {
        Check(options);
        RecurrentLayers.Refuse(network, "Estimates of the energy are");
        var builder = new EnergyBuilder();
        using var recorder = new ActivityRecorder(network, weights, builder);
        (long rows, _) = recorder.Run(data, options.MaximumRows);
        return Report(network, layer =>
        {
            (double active, double places) = builder._counts[layer];
            return active / places;
        }, rows, options);
    }

    /// <summary>Makes the report for assumed firing rates.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rateOf">The firing rate of a layer of neurons.</param>
    /// <param name="options">The constants.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static EnergyReport Build(NetworkDefinition network, Func<NeuronLayer, double> rateOf, EnergyOptions options)
    {
        Check(options);
        RecurrentLayers.Refuse(network, "Estimates of the energy are");
        Dictionary<Layer, double> activity = [];
        AssumedRates.Follow(network.Layers, network.InputSignal, arriving: 1, rateOf, activity);
        return Report(network, layer => activity[layer], rows: 0, options);
    }

    /// <inheritdoc/>
    public void See(Layer layer, ReadOnlySpan<float> input, ReadOnlySpan<float> output, Interleaving order)
    {
        ReadOnlySpan<float> values = layer is NeuronLayer ? output : input;
        (double active, double places) = _counts.GetValueOrDefault(layer);
        int zeros = values.Count(0f);
        _counts[layer] = (active + values.Length - zeros, places + values.Length);
    }

    private static void Check(EnergyOptions options)
    {
        if (options.Faults().FirstOrDefault() is string fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }
    }

    private static EnergyReport Report(
        NetworkDefinition network, Func<Layer, double> activity, long rows, EnergyOptions options)
    {
        IReadOnlyList<OperationCount> counts = OperationCount.Of(network, activity);
        IReadOnlyList<NeuronUpdates> updates = NeuronUpdates.Of(network, activity);
        NeuronDefinition? own = network.AllLayers.OfType<NeuronLayer>().FirstOrDefault()?.Neuron;
        double accumulates = counts.Sum(count => count.Accumulates);
        double products = counts.Sum(count => count.MultiplyAccumulates);
        double dense = counts.Sum(count => count.Products);
        List<EnergyEstimate> estimates =
        [
            Estimate("ANN", 0, dense, EnergyModel.OfRectifiers(counts, options)),
        ];
        if (own is SpikingNeuronDefinition spiking)
        {
            SpikingNeuronDefinition[] neurons = spiking is LifNeuron or ClifNeuron
                ? [new LifNeuron(), new ClifNeuron()] : [spiking, new LifNeuron(), new ClifNeuron()];
            estimates.AddRange(neurons.Select(neuron => Estimate(NeuronNames.Of(neuron), accumulates, products,
                EnergyModel.OfSpikes(counts, updates, neuron, options))));
        }
        return new()
        {
            Neuron = own is null ? "no" : NeuronNames.Of(own),
            Rows = rows,
            TimeSteps = network.TimeSteps,
            Layers =
            [
                .. counts.Select(count => new LayerOperations
                {
                    Name = count.Layer.Name,
                    Input = KindOf(count),
                    DenseProducts = count.Products,
                    Steps = count.Steps,
                    ActiveShare = count.Active,
                    Accumulates = count.Accumulates,
                    MultiplyAccumulates = count.MultiplyAccumulates,
                    Outputs = count.Output.Size,
                }),
            ],
            Accumulates = accumulates,
            MultiplyAccumulates = products,
            Estimates = estimates,
            Conventions = Conventions(options),
        };

        EnergyEstimate Estimate(string neuron, double ac, double mac, double withMemory) => new()
        {
            Neuron = neuron,
            Accumulates = ac,
            MultiplyAccumulates = mac,
            OperationEnergy = ((ac * options.Accumulate) + (mac * options.MultiplyAccumulate)) / 1e6,
            MemoryModelEnergy = withMemory,
        };
    }

    private static string Conventions(EnergyOptions options) =>
        Invariant($"Operations: {options.Accumulate} pJ for each accumulate (AC), {options.MultiplyAccumulate} pJ ") +
        "for each multiply-accumulate (MAC) of layers with weights, over all time steps; layers with a constant " +
        "input once. Left out: biases, the neurons' own updates, pooling, additions of residual layers, " +
        "normalizations, memory.\n" +
        Invariant($"With memory: the model of Lemaire et al. 2022, additions {options.Addition} pJ, multiplications ") +
        Invariant($"{options.Multiplication} pJ, accesses to SRAM by the layer's sizes; with biases, the ") +
        "neurons' updates and addresses. Left out: sigmoids, pooling, additions of residual layers, unfolded " +
        "normalizations, leakage, the network between cores.\n" +
        "LIF and CLIF are compared at the same firing rates; estimates, not measurements.";

    private static string KindOf(OperationCount count) => count.Input.Kind switch
    {
        SignalKind.Constant => "constant",
        SignalKind.Spikes => "spikes",
        _ => "graded",
    };
}

/// <summary>The share of values that are not 0 in a network whose firing rates are assumed.</summary>
internal static class AssumedRates
{
    /// <summary>Returns the rate of each layer of neurons.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rates">By layer name; the empty name stands for all others.</param>
    /// <exception cref="ArgumentException">A rate is missing, out of its range, or of no layer.</exception>
    public static Func<NeuronLayer, double> By(NetworkDefinition network, IReadOnlyDictionary<string, double> rates)
    {
        string[] names = [.. network.AllLayers.OfType<NeuronLayer>().Select(layer => layer.Name)];
        string known = string.Join(", ", names.Select(name => $"'{name}'"));
        foreach ((string name, double rate) in rates)
        {
            if (name.Length > 0 && !names.Contains(name))
            {
                throw new ArgumentException(
                    $"A firing rate is given for the layer '{name}'; the layers of neurons are {known}.");
            }
            if (!(rate >= 0 && rate <= 1))
            {
                throw new ArgumentException(
                    Invariant($"The firing rate of the layer '{name}' is {rate}; it must be from 0 to 1."));
            }
        }
        return names.FirstOrDefault(name => !rates.ContainsKey(name) && !rates.ContainsKey("")) is string missing
            ? throw new ArgumentException($"No firing rate is given for the layer '{missing}'; give one for each of " +
                $"{known}, or one under the empty name for all others.")
            : layer => rates.TryGetValue(layer.Name, out double rate) ? rate : rates[""];
    }

    /// <summary>
    /// Follows layers and notes for each the share that arrives, for one of neurons the rate that leaves. Pooling is
    /// taken to leave the share as it is; an addition and weights make all values other than 0.
    /// </summary>
    /// <returns>The share that leaves.</returns>
    public static double Follow(IEnumerable<Layer> layers, Signal input, double arriving,
        Func<NeuronLayer, double> rateOf, Dictionary<Layer, double> activity)
    {
        double share = arriving;
        Signal signal = input;
        foreach (Layer layer in layers)
        {
            activity[layer] = share;
            switch (layer)
            {
                case ResidualLayer residual:
                    Follow(residual.Main, signal, share, rateOf, activity);
                    Follow(residual.Shortcut, signal, share, rateOf, activity);
                    share = 1;
                    break;
                case NeuronLayer neurons:
                    share = activity[layer] = rateOf(neurons);
                    break;
                case WeightedLayer or BatchNormLayer or AffineLayer or PopulationLayer or TreeLayer:
                    share = 1;
                    break;
            }
            signal = layer.Infer(signal);
        }
        return share;
    }
}
