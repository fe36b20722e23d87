using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>y = scale x + shift, constants for each channel.</summary>
/// <param name="scale">[channels].</param>
/// <param name="shift">[channels].</param>
internal sealed class TorchAffine(Tensor scale, Tensor shift) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        int rowRank = (int)input.Values.dim() - (input.IsConstant ? 1 : 2);
        long[] perChannel = [-1, .. Enumerable.Repeat(1L, rowRank - 1)];
        return input with { Values = (input.Values * scale.view(perChannel)).Plus(shift.view(perChannel)) };
    }
}
