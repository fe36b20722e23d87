using Microsoft.ML.Spiking.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>A convolution: once over T N images, or once over N images where the input is constant.</summary>
/// <param name="layer">Stride, padding and groups.</param>
/// <param name="weight">[output channels, input channels / groups, kernel height, kernel width].</param>
/// <param name="bias">[output channels], or null.</param>
internal sealed class TorchConvolution(ConvolutionLayer layer, Tensor weight, Tensor? bias) : TorchLayer
{
    private readonly WeightedProduct _product = new(weight, bias, Product(layer));

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        input.MapRows(images => _product.Of(images, pass));

    private static Func<Tensor, Tensor, Tensor?, Tensor> Product(ConvolutionLayer layer)
    {
        long[] stride = [layer.Stride.Height, layer.Stride.Width];
        long[] padding = [layer.Padding.Height, layer.Padding.Width];
        return (images, weight, bias) => nn.functional.conv2d(images, weight, bias, stride, padding, groups: layer.Groups);
    }
}
