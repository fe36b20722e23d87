using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch;

/// <summary>
/// Copies of a network's weights in the type of its products and, for convolutions, with the channels innermost; made
/// once for each step of the optimizer. Autograd sees the copies as leaves; <see cref="Collect"/> adds their gradients
/// to the weights', in 32 bits.
/// </summary>
/// <param name="type">The type of the products.</param>
internal sealed class RoundedWeights(ScalarType type) : IDisposable
{
    private readonly Dictionary<Tensor, Copy> _copies = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Returns the copy of a weight, or the weight itself where a copy would be the same. It stays this object's.
    /// </summary>
    public Tensor Of(Tensor weight)
    {
        if (weight.dtype == type && weight.dim() != 4)
        {
            return weight;
        }
        if (!_copies.TryGetValue(weight, out Copy? copy))
        {
            long[] strides = weight.dim() == 4
                ? MemoryOrder.ChannelsLast(weight.shape) : MemoryOrder.Contiguous(weight.shape);
            Tensor values = empty_strided(weight.shape, strides, type, weight.device).DetachFromDisposeScope();
            _copies.Add(weight, copy = new(values.requires_grad_(weight.requires_grad)));
        }
        if (copy.IsStale)
        {
            using IDisposable noGradient = no_grad();
            copy.Values.copy_(weight);
            copy.IsStale = false;
        }
        return copy.Values;
    }

    /// <summary>To be called after a backward pass: the weights take the gradients of their copies.</summary>
    public void Collect()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        foreach ((Tensor weight, Copy copy) in _copies)
        {
            if (copy.Values.grad is not { } gradient)
            {
                continue;
            }
            if (weight.grad is { } sum)
            {
                sum.Add(gradient);
            }
            else
            {
                long[] shape = weight.Lengths();
                weight.grad = empty_strided(
                    shape, MemoryOrder.Contiguous(shape), weight.dtype, weight.device).copy_(gradient);
            }
            copy.Values.grad = null;
        }
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
