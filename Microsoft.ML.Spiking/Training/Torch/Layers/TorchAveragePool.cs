using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>Average pooling; by a kernel of the library's own where windows cover the images exactly, which is faster.</summary>
internal sealed class TorchAveragePool(AveragePoolLayer layer) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (!AveragePoolCall.Suits(layer, input.Values))
        {
            return input.MapRows(images => nn.functional.avg_pool2d(images,
                [layer.Kernel.Height, layer.Kernel.Width], [layer.Stride.Height, layer.Stride.Width]));
        }
        using Tensor images = input.Values.contiguous();
        var call = new AveragePoolCall(layer, pass.Buffers, TorchTeam.Current());
        Tensor means = is_grad_enabled() && images.requires_grad
            ? AveragePoolFunction.Apply(call, images)
            : call.Forward(images);
        return new(means, input.IsConstant);
    }
}
