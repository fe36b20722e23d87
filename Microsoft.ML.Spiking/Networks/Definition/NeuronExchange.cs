namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>A network with other neurons and the same weights.</summary>
internal static class NeuronExchange
{
    /// <summary>
    /// Exchanges the neurons. Learned values of the new neurons start at their initial values; those of the old ones
    /// are dropped.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays, which are shared with the result.</param>
    /// <param name="neuronOf">The new neuron of a layer.</param>
    public static (NetworkDefinition Network, NetworkWeights Weights) Apply(
        NetworkDefinition network, NetworkWeights weights, Func<NeuronLayer, NeuronDefinition> neuronOf)
    {
        NetworkDefinition exchanged = Of(network, neuronOf);
        Dictionary<string, float> initial = exchanged.AllLayers.OfType<NeuronLayer>()
            .SelectMany(layer => layer.Neuron.LearnedScalars.Select(
                scalar => (Name: layer.ArrayName(scalar), scalar.Initial)))
            .ToDictionary(pair => pair.Name, pair => (float)pair.Initial, StringComparer.Ordinal);
        return (exchanged, new(exchanged, exchanged.Parameters.Select(spec =>
            initial.TryGetValue(spec.Name, out float value) && !IsLearned(spec.Name)
                ? new WeightArray(spec.Name, spec.Shape, [value])
                : weights[spec.Name])));

        // A layer that keeps its kind of neuron keeps what it has learned.
        bool IsLearned(string array) =>
            network.AllLayers.OfType<NeuronLayer>().Zip(exchanged.AllLayers.OfType<NeuronLayer>())
                .Any(pair => pair.First.Neuron.GetType() == pair.Second.Neuron.GetType()
                    && pair.First.Neuron.LearnedScalars.Any(scalar => pair.First.ArrayName(scalar) == array));
    }

    /// <summary>Returns the network with other neurons.</summary>
    /// <param name="network">The network.</param>
    /// <param name="neuronOf">The new neuron of a layer.</param>
    /// <param name="timeSteps">T; null for the network's own.</param>
    public static NetworkDefinition Of(
        NetworkDefinition network, Func<NeuronLayer, NeuronDefinition> neuronOf, int? timeSteps = null) =>
        new(network.InputShape, timeSteps ?? network.TimeSteps, network.Encoder,
            [.. network.Layers.Select(layer => Exchange(layer, neuronOf))], network.ClassCount, network.HasTimeAxis,
            network.PixelOrder);

    private static Layer Exchange(Layer layer, Func<NeuronLayer, NeuronDefinition> neuronOf) => layer switch
    {
        NeuronLayer neurons => new NeuronLayer(neurons.Name, neuronOf(neurons)),
        ResidualLayer residual => new ResidualLayer(residual.Name,
            [.. residual.Main.Select(inner => Exchange(inner, neuronOf))],
            [.. residual.Shortcut.Select(inner => Exchange(inner, neuronOf))]),
        { IsRecurrent: true } => throw new NotSupportedException(
            $"Layer '{layer.Name}' is a {layer.GetType().Name}, whose neurons cannot be exchanged."),
        _ => layer,
    };
}

/// <summary>The names of neurons in reports.</summary>
internal static class NeuronNames
{
    /// <summary>Returns "CLIF" of a <see cref="ClifNeuron"/>.</summary>
    public static string Of(NeuronDefinition neuron) =>
        neuron.GetType().Name.Replace("Neuron", "", StringComparison.Ordinal).ToUpperInvariant();
}
