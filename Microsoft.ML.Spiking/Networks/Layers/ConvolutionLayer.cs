using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Layers;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// A two-dimensional convolution (cross-correlation, as in PyTorch) of every time step's image, with zeros around it:
/// [input channels, height, width] becomes [output channels, places of the kernel].
/// Arrays: weight [output channels, input channels / groups, kernel height, kernel width], bias [output channels].
/// </summary>
public sealed class ConvolutionLayer : WeightedLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="inputChannels">Channels of the arriving image; at least 1, a multiple of the groups.</param>
    /// <param name="outputChannels">Channels of the leaving image; at least 1, a multiple of the groups.</param>
    /// <param name="kernel">Its size; at least 1x1, at most the image with its padding.</param>
    /// <param name="stride">From one place of the kernel to the next; at least 1x1.</param>
    /// <param name="padding">Zeros at every edge of the image; at least 0x0.</param>
    /// <param name="groups">Groups into which the channels are divided, each convolved separately; at least 1.</param>
    /// <param name="hasBias">Whether a bias is added to every output channel.</param>
    internal ConvolutionLayer(string name, int inputChannels, int outputChannels, Extent kernel, Extent stride,
        Extent padding, int groups = 1, bool hasBias = true) : base(name, hasBias)
    {
        InputChannels = inputChannels;
        OutputChannels = outputChannels;
        Kernel = kernel;
        Stride = stride;
        Padding = padding;
        Groups = groups;
    }

    /// <summary>Gets the channels of the arriving image.</summary>
    public int InputChannels { get; }

    /// <summary>Gets the channels of the leaving image.</summary>
    public int OutputChannels { get; }

    /// <summary>Gets the kernel's size.</summary>
    public Extent Kernel { get; }

    /// <summary>Gets the step from one place of the kernel to the next.</summary>
    public Extent Stride { get; }

    /// <summary>Gets the number of zeros at every edge of the image.</summary>
    public Extent Padding { get; }

    /// <summary>Gets the number of groups into which the channels are divided.</summary>
    public int Groups { get; }

    internal override IReadOnlyList<int> WeightShape =>
        [OutputChannels, InputChannels / Groups, Kernel.Height, Kernel.Width];

    internal override LayerCost CostOf(Signal input, Signal output, int steps)
    {
        int channels = InputChannels / Groups, height = input.Shape[1], width = input.Shape[2];
        long kernel = Shapes.Product(Kernel.Height, Kernel.Width, channels);
        long values = Shapes.Product(height, width, channels);
        // Of a group: the image with its padding; or the active inputs, their values, its part of the images, where
        // each pixel's inputs begin, the groups of a place, and the runs under the kernel's rows, 16 floats each.
        long lists = Shapes.Product(values, steps + (Groups > 1 ? Math.Max(steps, 6L) : 0) + 9);
        long scratch = input.IsConstant
            ? Shapes.Product(PaddedPixels(height, width), channels)
            : Shapes.Sum(lists, (2L * height * width) + kernel + (16L * Kernel.Height));
        return new(Shapes.Product(output.Size, kernel, steps), scratch);
    }

    private protected override Signal OutputFor(Signal input)
    {
        var window = new Window(Kernel, Stride, Padding);
        if (window.Fault() is string fault)
        {
            throw Fault(fault);
        }
        if (InputChannels < 1 || OutputChannels < 1 || Groups < 1)
        {
            throw Fault($"{InputChannels} input channels, {OutputChannels} output channels and {Groups} groups are " +
                "not possible; all must be at least 1.");
        }
        if (InputChannels % Groups != 0 || OutputChannels % Groups != 0)
        {
            throw Fault(
                $"{InputChannels} input and {OutputChannels} output channels do not fall into {Groups} groups.");
        }
        if (input.Shape is not [int channels, _, _])
        {
            throw NotAnImage(input);
        }
        if (channels != InputChannels)
        {
            throw Fault($"expects {InputChannels} channels and is given {input}.");
        }
        Extent places = Places(window, "a kernel", input, InputChannels / Groups);
        return new([OutputChannels, places.Height, places.Width], Summed(input.Kind));
    }

    private protected override string Advice(Signal input) => "Lower its channels or its kernel.";

    private long PaddedPixels(int height, int width) => new Window(Kernel, Stride, Padding).PaddedPixels(height, width);
}
