using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// An average pooling of an image of any size to a fixed size, channel by channel. Of n rows that become m, row i is
/// the mean of the rows from floor(i n / m) up to, but not including, ceil((i + 1) n / m); columns alike. Windows
/// overlap where m does not divide n, and repeat rows where m is larger than n, as in PyTorch.
/// </summary>
public sealed class AdaptiveAveragePoolLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="output">The leaving image's size; at least 1x1.</param>
    internal AdaptiveAveragePoolLayer(string name, Extent output) : base(name) => Output = output;

    /// <summary>Gets the leaving image's size.</summary>
    public Extent Output { get; }

    // The windows of a line together cover its length, and each shares a pixel with its neighbours at most.
    internal override LayerCost CostOf(Signal input, Signal output, int steps) => new(Shapes.Product(
        Shapes.Product(input.Shape[1] + (2L * Output.Height), input.Shape[2] + (2L * Output.Width), input.Shape[0]),
        steps), 0);

    private protected override Signal OutputFor(Signal input)
    {
        if (!Output.IsAtLeast(1))
        {
            throw Fault($"an output of {Output} is not possible; it must be at least 1x1.");
        }
        if (input.Shape is not [int channels, int height, int width])
        {
            throw NotAnImage(input);
        }
        bool copies = input.IsConstant || (height == Output.Height && width == Output.Width);
        return new([channels, Output.Height, Output.Width], copies ? input.Kind : SignalKind.Graded);
    }

    /// <summary>The rows (or columns) that make up one: from the first up to, but not including, the end.</summary>
    internal static (int First, int End) Range(int index, int inputLength, int outputLength) =>
        ((int)((long)index * inputLength / outputLength),
        (int)((((index + 1L) * inputLength) + outputLength - 1) / outputLength));
}
