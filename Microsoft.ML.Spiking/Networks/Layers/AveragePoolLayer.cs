using Microsoft.ML.Spiking.Networks.Definition;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// The mean of each window of an image, channel by channel. Rows and columns that no whole window covers are left out.
/// Spikes become multiples of 1 / window size.
/// </summary>
public sealed record AveragePoolLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="kernel">The window's size; at least 1x1, at most the image.</param>
    /// <param name="stride">From one window to the next; at least 1x1.</param>
    public AveragePoolLayer(string name, Extent kernel, Extent stride) : base(name)
    {
        Kernel = kernel;
        Stride = stride;
    }

    /// <summary>The window's size.</summary>
    public Extent Kernel { get; }

    /// <summary>From one window to the next.</summary>
    public Extent Stride { get; }

    internal override Signal Infer(Signal input)
    {
        Signal pooled = Pool(new(Kernel, Stride, Padding: 0), input);
        return pooled.Kind == SignalKind.Constant ? pooled : pooled with { Kind = SignalKind.Graded };
    }
}
