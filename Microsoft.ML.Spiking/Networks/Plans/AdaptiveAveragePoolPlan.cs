using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>An <see cref="AdaptiveAveragePoolLayer"/>.</summary>
public sealed record AdaptiveAveragePoolPlan : LayerPlan
{
    /// <summary>Creates the plan.</summary>
    /// <param name="output">The leaving image's size; at least 1x1.</param>
    public AdaptiveAveragePoolPlan(Extent output) => Output = output;

    /// <summary>The leaving image's size.</summary>
    public Extent Output { get; }

    internal override Layer Bind(Signal input, LayerComposer composer) =>
        new AdaptiveAveragePoolLayer(composer.Name("pool"), Output);
}
