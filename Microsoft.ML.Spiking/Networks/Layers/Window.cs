using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks.Layers;

/// <summary>The kernel of a convolution or of a pooling, which moves over an image.</summary>
/// <param name="Kernel">Its size; at least 1x1.</param>
/// <param name="Stride">From one place to the next; at least 1x1.</param>
/// <param name="Padding">Added at every edge; at least 0x0.</param>
internal readonly record struct Window(Extent Kernel, Extent Stride, Extent Padding)
{
    /// <summary>Returns what is wrong with the window itself, or null.</summary>
    public string? Fault() =>
        !Kernel.IsAtLeast(1) ? $"a kernel of {Kernel} is not possible; it must be at least 1x1."
        : !Stride.IsAtLeast(1) ? $"a stride of {Stride} is not possible; it must be at least 1x1."
        : !Padding.IsAtLeast(0) ? $"a padding of {Padding} is not possible; it must be at least 0x0."
        : null;

    /// <summary>
    /// Returns the pixels of an image with its padding; <see cref="long.MaxValue"/> if there are more.
    /// </summary>
    public long PaddedPixels(int height, int width) =>
        Shapes.Product(height + (2L * Padding.Height), width + (2L * Padding.Width));

    /// <summary>Returns the places that the window takes on an image; null where it does not fit on it.</summary>
    /// <param name="height">Rows of an image whose padded pixels an int can count.</param>
    /// <param name="width">Its columns.</param>
    public Extent? Over(int height, int width)
    {
        long rows = Places(height, Kernel.Height, Stride.Height, Padding.Height);
        long columns = Places(width, Kernel.Width, Stride.Width, Padding.Width);
        return rows < 1 || columns < 1 ? null : new(checked((int)rows), checked((int)columns));
    }

    public override string ToString() => $"{Kernel} with stride {Stride} and padding {Padding}";

    private static long Places(int length, int kernel, int stride, int padding)
    {
        long room = length + (2L * padding) - kernel;
        return room < 0 ? 0 : (room / stride) + 1;
    }
}
