using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// A convolution that works on images and weights in channels-last order, and leaves its result in it.
/// </summary>
/// <param name="layer">Stride, padding and groups.</param>
/// <param name="weight">The weights in the library's order.</param>
/// <param name="bias">[output channels], or null.</param>
internal sealed class ChannelsLastConvolution(ConvolutionLayer layer, Tensor weight, Tensor? bias) : TorchLayer
{
    private readonly WeightedProduct _product = new(weight, bias, (images, rounded, shift) => nn.functional.conv2d(
        Ordered(images), Ordered(rounded), shift, [layer.Stride.Height, layer.Stride.Width],
        [layer.Padding.Height, layer.Padding.Width], groups: layer.Groups));

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        input.MapRows(images => _product.Of(images, pass));

    /// <summary>Returns the same values, [rows, channels, height, width], in channels-last order.</summary>
    private static Tensor Ordered(Tensor values) => values.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
