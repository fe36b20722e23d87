using Microsoft.ML.Spiking.Training.Cuda;
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
/// <param name="kernels">
/// The device's kernels, which copy all weights in one launch and bring their gradients back in another; null to do so
/// one by one.
/// </param>
internal sealed class RoundedWeights(ScalarType type, CudaKernels? kernels = null) : IDisposable
{
    private readonly Dictionary<Tensor, Copy> _copies = new(ReferenceEqualityComparer.Instance);

    /// <summary>Creates those of a CUDA device; null where products take the weights as they are.</summary>
    /// <param name="productType">The type of the products; null for full float32.</param>
    /// <param name="device">The network's device.</param>
    /// <param name="kernels">Its kernels; null for none.</param>
    public static RoundedWeights? For(ScalarType? productType, Device device, CudaKernels? kernels) =>
        productType is ScalarType type && device.type == DeviceType.CUDA ? new(type, kernels) : null;

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
            MakeCopies();
        }
        return copy.Values;
    }

    /// <summary>To be called after a backward pass: the weights take the gradients of their copies.</summary>
    public void Collect()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        var together = new List<WeightCopy>();
        foreach ((Tensor weight, Copy copy) in _copies)
        {
            if (copy.Values.grad is not { } gradient)
            {
                continue;
            }
            Tensor? known = weight.grad;
            long[] shape = weight.Lengths();
            Tensor sum = known
                ?? empty_strided(shape, MemoryOrder.Contiguous(shape), weight.dtype, weight.device);
            if (kernels is not null && WeightLaunch.Suits(sum, gradient)
                && MemoryOrder.Has(gradient, copy.Values.Strides()))
            {
                together.Add(new(sum, gradient, IsAdded: known is not null));
            }
            else
            {
                _ = known is null ? sum.copy_(gradient) : sum.Add(gradient);
            }
            if (known is null)
            {
                weight.grad = sum;
            }
            copy.Values.grad = null;
        }
        if (together.Count > 0)
        {
            WeightLaunch.Collect(kernels!, type, together);
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

    private void MakeCopies()
    {
        using IDisposable noGradient = no_grad();
        (Tensor Weight, Copy Copy)[] stale =
            [.. _copies.Where(pair => pair.Value.IsStale).Select(pair => (pair.Key, pair.Value))];
        var together = new List<WeightCopy>();
        foreach ((Tensor weight, Copy copy) in stale)
        {
            if (kernels is not null && WeightLaunch.Suits(weight, copy.Values))
            {
                together.Add(new(weight, copy.Values));
            }
            else
            {
                copy.Values.copy_(weight);
            }
        }
        if (together.Count > 0)
        {
            WeightLaunch.Copy(kernels!, type, together);
        }
        foreach ((_, Copy copy) in stale)
        {
            copy.IsStale = false;
        }
    }

    private sealed class Copy(Tensor values)
    {
        public Tensor Values { get; } = values;

        public bool IsStale { get; set; } = true;
    }
}
