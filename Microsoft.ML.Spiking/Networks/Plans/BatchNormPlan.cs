using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>A <see cref="BatchNormLayer"/> for the channels that arrive, in the mode that the options say.</summary>
public sealed record BatchNormPlan : LayerPlan
{
    internal override Layer Bind(Signal input, LayerComposer composer) =>
        new BatchNormLayer(composer.Name("norm"), input.Shape[0], composer.Binding.BatchNorm);
}
