using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>A <see cref="MaxPoolLayer"/>.</summary>
public sealed record MaxPoolPlan : LayerPlan
{
    /// <summary>Creates the plan.</summary>
    /// <param name="kernel">The window's size; at least 1x1.</param>
    /// <param name="stride">From one window to the next; at least 1x1.</param>
    /// <param name="padding">How far windows reach over every edge; at least 0x0, at most half the kernel.</param>
    public MaxPoolPlan(Extent kernel, Extent stride, Extent padding)
    {
        Kernel = kernel;
        Stride = stride;
        Padding = padding;
    }

    /// <summary>The window's size.</summary>
    public Extent Kernel { get; }

    /// <summary>From one window to the next.</summary>
    public Extent Stride { get; }

    /// <summary>How far windows reach over every edge.</summary>
    public Extent Padding { get; }

    internal override Layer Bind(Signal input, LayerComposer composer) =>
        new MaxPoolLayer(composer.Name("pool"), Kernel, Stride, Padding);
}
