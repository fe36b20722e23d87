using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Training.Methods;

/// <summary>
/// A network on its way into a training with a <see cref="SpikeRepresentationGradient"/>, and out of it.
/// </summary>
internal static class SpikeRepresentation
{
    /// <summary>Refuses a network that has no such gradient.</summary>
    /// <exception cref="NetworkDefinitionException">The message names the layer and says what to do.</exception>
    public static void Check(NetworkDefinition network)
    {
        const string Option = nameof(SpikeRepresentationGradient);
        NeuronLayer[] layers = [.. network.AllLayers.OfType<NeuronLayer>()];
        NeuronLayer first = layers.FirstOrDefault() ?? throw new NetworkDefinitionException(
            $"The network has no neurons, which a {Option} is of: leave Gradient null.");
        foreach (NeuronLayer layer in layers)
        {
            if (layer.Neuron is not SpikingNeuronDefinition { IsSoftReset: true } or not (IfNeuron or LifNeuron))
            {
                bool isHard = layer.Neuron is SpikingNeuronDefinition { IsSoftReset: false };
                string reset = isHard ? " with a hard reset" : "";
                throw new NetworkDefinitionException($"Layer '{layer.Name}' is of {layer.Neuron.GetType().Name}" +
                    $"{reset}, but a {Option} is of {nameof(IfNeuron)} and {nameof(LifNeuron)} with the soft reset: " +
                    "take one of them in all layers, or leave Gradient null.");
            }
            if (Kept(layer) != Kept(first))
            {
                throw new NetworkDefinitionException(Invariant($"Layer '{layer.Name}' keeps {Kept(layer)} of its ") +
                    Invariant($"potential from step to step and layer '{first.Name}' {Kept(first)}, but a {Option} ") +
                    "needs the same neuron and membrane time constant in all layers.");
            }
        }
        int last = Enumerable.Range(0, network.Layers.Count).Last(i => HasNeurons(network.Layers[i]));
        if (network.Layers[last] is ResidualLayer residual && Kept(first) != 1)
        {
            throw new NetworkDefinitionException($"Residual layer '{residual.Name}' has the network's last neurons, " +
                $"whose mean over time a {Option} would weigh in two ways: put neurons behind it, or take the " +
                $"{nameof(IfNeuron)}.");
        }
    }

    /// <summary>Returns the network as it is trained, with the weights that its training starts from.</summary>
    /// <param name="network">A network that has been checked.</param>
    /// <param name="weights">The weights of a model that is trained further; null for new ones.</param>
    /// <param name="gradient">The choices.</param>
    /// <param name="warn">Receives what the user should know.</param>
    public static (NetworkDefinition Network, NetworkWeights? Weights) Begin(NetworkDefinition network,
        NetworkWeights? weights, SpikeRepresentationGradient gradient, Action<string>? warn)
    {
        if (network.AllLayers.OfType<NeuronLayer>().FirstOrDefault(layer => Of(layer).InitialPotential == 0)
            is NeuronLayer low)
        {
            warn?.Invoke($"The neurons of layer '{low.Name}' start at the potential 0 and spike too rarely, by half " +
                $"a spike each, for what a {nameof(SpikeRepresentationGradient)} takes them for. Set " +
                Invariant($"{nameof(SpikingNeuronDefinition.InitialPotential)} to half of the threshold, ") +
                Invariant($"{Of(low).Threshold / 2}."));
        }
        RateNeuron Trained(NeuronLayer layer) => RateNeuron.Of(Of(layer), gradient.LearnThreshold);
        return weights is null
            ? (NeuronExchange.Of(network, Trained), null)
            : SpikeHeights.Exchange(network, weights, Trained, layer => 1 / Height(Trained(layer), Of(layer)));
    }

    /// <summary>Returns the network that was trained, with spikes of 1.</summary>
    /// <param name="network">The network as it was trained.</param>
    /// <param name="weights">Its arrays.</param>
    public static (NetworkDefinition Network, NetworkWeights Weights) End(
        NetworkDefinition network, NetworkWeights weights)
    {
        SpikingNeuronDefinition Learned(NeuronLayer layer)
        {
            var neuron = (RateNeuron)layer.Neuron;
            return neuron.With(neuron.LearnThreshold
                ? weights[layer.ArrayName(neuron.LearnedScalars[0])].Values.Span[0] : neuron.Spiking.Threshold);
        }
        return SpikeHeights.Exchange(
            network, weights, Learned, layer => Height((RateNeuron)layer.Neuron, Learned(layer)));
    }

    private static double Height(RateNeuron neuron, SpikingNeuronDefinition spiking) => neuron.Gain * spiking.Threshold;

    private static SpikingNeuronDefinition Of(NeuronLayer layer) => (SpikingNeuronDefinition)layer.Neuron;

    private static double Kept(NeuronLayer layer) => new RateNeuron { Inner = Of(layer) }.Kept;

    private static bool HasNeurons(Layer layer) => layer.SelfAndInner.Any(inner => inner is NeuronLayer);
}
