using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>An <see cref="AveragePoolLayer"/>.</summary>
public sealed record AveragePoolPlan : LayerPlan
{
    /// <summary>Creates the plan.</summary>
    /// <param name="kernel">The window's size; at least 1x1.</param>
    /// <param name="stride">From one window to the next; at least 1x1.</param>
    public AveragePoolPlan(Extent kernel, Extent stride)
    {
        Kernel = kernel;
        Stride = stride;
    }

    /// <summary>The window's size.</summary>
    public Extent Kernel { get; }

    /// <summary>From one window to the next.</summary>
    public Extent Stride { get; }

    internal override Layer Bind(Signal input, LayerComposer composer) =>
        new AveragePoolLayer(composer.Name("pool"), Kernel, Stride);
}
