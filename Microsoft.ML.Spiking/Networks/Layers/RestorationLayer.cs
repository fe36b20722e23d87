using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// The layers that restore a teacher's features from those of the neurons before them. They are beside the network's
/// way from the row to the logits, and in it during the training alone.
/// </summary>
internal sealed class RestorationLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="layers">Two, with a rectifier between them.</param>
    internal RestorationLayer(string name, IReadOnlyList<Layer> layers) : base(name) => Layers = [.. layers];

    /// <summary>Gets the layers, two products.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    [JsonIgnore]
    internal override IEnumerable<Layer> Inner => Layers;

    internal override LayerCost CostOf(Signal input, Signal output, int steps) => new(0, 0);

    private protected override Signal OutputFor(Signal input)
    {
        if (Layers is not [WeightedLayer, WeightedLayer])
        {
            throw Fault("needs two products.");
        }
        Signal restored = Layers.Aggregate(input, (signal, layer) => layer.Infer(signal));
        return restored.Shape.Count == input.Shape.Count ? input : throw Fault($"makes {restored} of {input}.");
    }
}
