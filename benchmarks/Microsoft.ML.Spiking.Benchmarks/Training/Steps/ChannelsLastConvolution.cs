using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>A convolution that works on images and weights pixel after pixel, and leaves its result so.</summary>
/// <param name="layer">Stride, padding and groups.</param>
/// <param name="weight">As the library has it.</param>
/// <param name="bias">[output channels], or null.</param>
internal sealed class ChannelsLastConvolution(ConvolutionLayer layer, Tensor weight, Tensor? bias) : TorchLayer
{
    private readonly WeightedProduct _product = new(weight, bias, (images, rounded, shift) => nn.functional.conv2d(
        Ordered(images), Ordered(rounded), shift, [layer.Stride.Height, layer.Stride.Width],
        [layer.Padding.Height, layer.Padding.Width], groups: layer.Groups));

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        input.MapRows(images => _product.Of(images, pass));

    /// <summary>
    /// The same values, [rows, channels, height, width], the channels of a pixel side by side in memory.
    /// </summary>
    private static Tensor Ordered(Tensor values) => values.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
