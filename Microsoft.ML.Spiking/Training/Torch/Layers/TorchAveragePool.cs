using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>Average pooling; by the library's own, faster kernel where windows cover the images exactly.</summary>
internal sealed class TorchAveragePool(AveragePoolLayer layer) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (!AveragePoolOperation.Suits(layer, input.Values))
        {
            return input.MapRows(images => nn.functional.avg_pool2d(images,
                [layer.Kernel.Height, layer.Kernel.Width], [layer.Stride.Height, layer.Stride.Width]));
        }
        using Tensor images = input.Values.contiguous();
        var operation = new AveragePoolOperation(layer, pass.Buffers, TorchTeam.Current());
        return new(operation.Run(images), input.IsConstant);
    }
}
