using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>A <see cref="FlattenLayer"/>; nothing where a vector arrives.</summary>
public sealed record FlattenPlan : LayerPlan
{
    internal override Layer? Bind(Signal input, LayerComposer composer) =>
        input.Shape.Count == 1 ? null : new FlattenLayer(composer.Name("flatten"));
}
