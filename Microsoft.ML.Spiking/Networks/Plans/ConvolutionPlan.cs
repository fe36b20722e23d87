using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>A <see cref="ConvolutionLayer"/> over all channels that arrive.</summary>
public sealed record ConvolutionPlan : WeightedPlan
{
    /// <summary>Creates the plan.</summary>
    /// <param name="channels">Channels of the leaving image; at least 1, a multiple of the groups.</param>
    /// <param name="kernel">Its size; at least 1x1.</param>
    /// <param name="stride">From one place of the kernel to the next; at least 1x1.</param>
    /// <param name="padding">Zeros at every edge of the image; at least 0x0.</param>
    /// <param name="groups">Parts into which the channels fall; at least 1.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    public ConvolutionPlan(int channels, Extent kernel, Extent stride, Extent padding, int groups = 1, bool hasBias = true)
        : base(hasBias)
    {
        Channels = channels;
        Kernel = kernel;
        Stride = stride;
        Padding = padding;
        Groups = groups;
    }

    /// <summary>Channels of the leaving image.</summary>
    public int Channels { get; }

    /// <summary>The kernel's size.</summary>
    public Extent Kernel { get; }

    /// <summary>From one place of the kernel to the next.</summary>
    public Extent Stride { get; }

    /// <summary>Zeros at every edge of the image.</summary>
    public Extent Padding { get; }

    /// <summary>Parts into which the channels fall.</summary>
    public int Groups { get; }

    internal override Layer Bind(Signal input, LayerComposer composer) =>
        new ConvolutionLayer(composer.Name("conv"), input.Shape[0], Channels, Kernel, Stride, Padding, Groups, HasBias)
        {
            InitialWeights = InitialWeights,
            ZeroBias = ZeroBias,
        };
}
