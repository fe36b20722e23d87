using Microsoft.ML.Spiking.Training.Torch.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Layers of whose values a training keeps nothing but what arrives at the first: the way back computes them again. The
/// gradients are the same to the last bit, because masks are keyed, statistics are the batch's, and what only the first
/// pass may do (counting spikes, moving running statistics) the second leaves out.
/// </summary>
/// <remarks>Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174.</remarks>
/// <param name="layers">The layers.</param>
/// <param name="parameters">Those that are trained.</param>
internal sealed class TorchSegment(TorchSequence layers, IReadOnlyList<Tensor> parameters) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) => is_grad_enabled()
        ? new SegmentOperation(layers, parameters, input.IsConstant, pass).Run(input.Values)
        : layers.Forward(input, pass);
}
