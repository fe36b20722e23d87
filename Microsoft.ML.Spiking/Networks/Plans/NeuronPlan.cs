using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>A <see cref="NeuronLayer"/>.</summary>
public sealed record NeuronPlan : LayerPlan
{
    /// <summary>Creates the plan.</summary>
    /// <param name="neuron">The neuron; null for that of the options.</param>
    public NeuronPlan(NeuronDefinition? neuron = null) => Neuron = neuron;

    /// <summary>The neuron; null for that of the options.</summary>
    public NeuronDefinition? Neuron { get; }

    internal override Layer Bind(Signal input, LayerComposer composer) =>
        new NeuronLayer(composer.Name("neuron"), Neuron ?? composer.Binding.Neuron);
}
