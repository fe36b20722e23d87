using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch;

/// <summary>
/// Copies of a network's weights in the type of its products, rounded once for each step of the optimizer. The weights
/// themselves keep their 32 bits; gradients by the copies are added to theirs, in 32 bits.
/// </summary>
/// <param name="type">The type of the products.</param>
internal sealed class RoundedWeights(ScalarType type) : IDisposable
{
    private readonly Dictionary<Tensor, Copy> _copies = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Returns the copy of a weight, differentiable by it, with the channels of convolutions innermost. To be disposed.
    /// </summary>
    public Tensor Of(Tensor weight)
    {
        if (!_copies.TryGetValue(weight, out Copy? copy))
        {
            long[] strides = weight.dim() == 4
                ? MemoryOrder.ChannelsLast(weight.shape) : MemoryOrder.Contiguous(weight.shape);
            Tensor values = empty_strided(weight.shape, strides, type, weight.device).DetachFromDisposeScope();
            _copies.Add(weight, copy = new(values));
        }
        if (copy.IsStale)
        {
            using IDisposable noGradient = no_grad();
            copy.Values.copy_(weight);
            copy.IsStale = false;
        }
        return new RoundingOperation(copy.Values).Run(weight);
    }

    /// <summary>To be called after the weights have changed: copies are made again when they are needed.</summary>
    public void Refresh()
    {
        foreach (Copy copy in _copies.Values)
        {
            copy.IsStale = true;
        }
    }

    public void Dispose()
    {
        foreach (Copy copy in _copies.Values)
        {
            copy.Values.Dispose();
        }
    }

    private sealed class Copy(Tensor values)
    {
        public Tensor Values { get; } = values;

        public bool IsStale { get; set; } = true;
    }
}
