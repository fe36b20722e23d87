using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>The sum of a main path and a shortcut.</summary>
internal sealed class TorchResidual(TorchSequence main, TorchSequence shortcut) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        input = input with { Loan = null }; // both paths see it
        TorchSignal left = main.Forward(input, pass);
        TorchSignal right = shortcut.Forward(input, pass);
        // What is constant, [N, ...], is added to every step of what is not, [T, N, ...].
        Tensor sum = left.Values.Plus(right.Values);
        Release(left, input);
        Release(right, input);
        return new(sum, left.IsConstant && right.IsConstant);
    }
}
