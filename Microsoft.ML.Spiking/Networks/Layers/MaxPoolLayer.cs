using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// The maximum of each window of an image, channel by channel; padding is never the maximum. Rows and columns that no
/// whole window covers are left out. Spikes stay spikes.
/// </summary>
public sealed class MaxPoolLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="kernel">The window's size; at least 1x1, at most the image with its padding.</param>
    /// <param name="stride">From one window to the next; at least 1x1.</param>
    /// <param name="padding">How far windows reach over every edge; at least 0x0, at most half the kernel.</param>
    internal MaxPoolLayer(string name, Extent kernel, Extent stride, Extent padding) : base(name)
    {
        Kernel = kernel;
        Stride = stride;
        Padding = padding;
    }

    /// <summary>Gets the window's size.</summary>
    public Extent Kernel { get; }

    /// <summary>Gets the step from one window to the next.</summary>
    public Extent Stride { get; }

    /// <summary>Gets how far windows reach beyond every edge.</summary>
    public Extent Padding { get; }

    internal override LayerCost CostOf(Signal input, Signal output, int steps) =>
        new(Shapes.Product(output.Size, Kernel.Pixels, steps), 0);

    private protected override Signal OutputFor(Signal input) =>
        Padding.Height > Kernel.Height / 2 || Padding.Width > Kernel.Width / 2
            ? throw Fault($"a padding of {Padding} is more than half of the kernel of {Kernel}.")
            : Pool(new(Kernel, Stride, Padding), input);
}
