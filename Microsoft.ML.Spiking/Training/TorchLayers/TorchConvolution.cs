using Microsoft.ML.Spiking.Networks.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>A convolution: once over T N images, or once over N images where the input is constant.</summary>
/// <param name="layer">Stride, padding and groups.</param>
/// <param name="weight">[output channels, input channels / groups, kernel height, kernel width].</param>
/// <param name="bias">[output channels], or null.</param>
internal sealed class TorchConvolution(ConvolutionLayer layer, Tensor weight, Tensor? bias) : TorchLayer
{
    private readonly long[] _stride = [layer.Stride.Height, layer.Stride.Width];
    private readonly long[] _padding = [layer.Padding.Height, layer.Padding.Width];
    private readonly long _groups = layer.Groups;

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        input.MapRows(images => nn.functional.conv2d(images, weight, bias, _stride, _padding, groups: _groups));
}
