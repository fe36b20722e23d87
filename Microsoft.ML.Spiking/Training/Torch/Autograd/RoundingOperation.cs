using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// A rounded copy in the place of the weight that it was made of. The gradient by the copy leaves as that by the
/// weight, in the weight's type, in which autograd adds it to what other batches have left.
/// </summary>
/// <param name="copy">The copy, which outlives the batch.</param>
internal sealed class RoundingOperation(Tensor copy) : CustomOperation
{
    /// <summary>Returns the copy, differentiable by the weight.</summary>
    public Tensor Run(Tensor weight) => is_grad_enabled() ? Record(weight) : copy.alias();

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        saved.Add(inputs[0]);
        return copy.detach();
    }

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        Tensor weight = saved[0];
        return [empty_strided(weight.shape, MemoryOrder.Contiguous(weight.shape), weight.dtype, weight.device)
            .copy_(upstream)];
    }
}
