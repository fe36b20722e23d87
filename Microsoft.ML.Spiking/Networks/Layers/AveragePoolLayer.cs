using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// The mean of each window of an image, channel by channel. Rows and columns that no whole window covers are left out.
/// Spikes become multiples of 1 / window size.
/// </summary>
public sealed class AveragePoolLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="kernel">The window's size; at least 1x1, at most the image.</param>
    /// <param name="stride">From one window to the next; at least 1x1.</param>
    internal AveragePoolLayer(string name, Extent kernel, Extent stride) : base(name)
    {
        Kernel = kernel;
        Stride = stride;
    }

    /// <summary>Gets the window's size.</summary>
    public Extent Kernel { get; }

    /// <summary>Gets the step from one window to the next.</summary>
    public Extent Stride { get; }

    internal override LayerCost CostOf(Signal input, Signal output, int steps) =>
        new(Shapes.Product(output.Size, Kernel.Pixels, steps), 0);

    private protected override Signal OutputFor(Signal input)
    {
        Signal pooled = Pool(new(Kernel, Stride, Padding: 0), input);
        return pooled.IsConstant ? pooled : pooled with { Kind = SignalKind.Graded };
    }
}
