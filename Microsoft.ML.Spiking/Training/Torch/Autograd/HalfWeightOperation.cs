using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// A convolution of spikes in float32 whose gradient by the weight is computed from float16, which has as many bits
/// behind the point as TF32 (10) and is multiplied several times as fast. Spikes are exact in it; the gradient by the
/// output is scaled by a power of two so that sums stay within its range (half.cu).
/// </summary>
/// <param name="layer">Stride, padding and groups.</param>
/// <param name="kernels">The device's kernels.</param>
/// <param name="magnitude">What the batch normalization behind it tells of the gradient.</param>
internal sealed class HalfWeightOperation(
    ConvolutionLayer layer, CudaKernels kernels, GradientMagnitude magnitude) : CustomOperation
{
    // Beyond 2^22 products of a sum too few bits of small gradients are left: the product is then in TF32.
    private const int MostHeadroom = 22;

    private Tensor? _halves;

    /// <summary>Returns the convolution, [N, output channels, ...].</summary>
    /// <param name="rows">[N, input channels, ...], float32, of magnitudes up to about 1.</param>
    /// <param name="weight">Float32.</param>
    /// <param name="halves">The rows in float16, in the same order, the caller's; null to round the rows.</param>
    public Tensor Run(Tensor rows, Tensor weight, Tensor? halves = null)
    {
        magnitude.Clear();
        _halves = halves;
        return is_grad_enabled() ? Record(rows, weight) : Product(rows, weight);
    }

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        (Tensor rows, Tensor weight) = (inputs[0], inputs[1]);
        saved.Add(_halves?.alias() ?? Rounded(rows, largest: null, headroom: 0));
        _halves = null;
        saved.Add(weight);
        return Product(rows, weight);
    }

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        (Tensor halves, Tensor weight) = (saved[0], saved[1]);
        using Tensor ordered = MemoryOrder.Arrange(upstream, MemoryOrder.Of(upstream, isTimeFirst: false));
        long[] shape = halves.Lengths();
        Tensor byRows;
        using (Tensor rows = empty_strided(shape, halves.Strides(), ordered.dtype, ordered.device))
        {
            byRows = ConvolutionGradient.Run(layer, ordered, rows, weight, isByWeight: false);
        }
        int headroom = HalfLaunch.Headroom(ordered.numel() / layer.OutputChannels);
        Tensor byWeight = headroom > MostHeadroom
            ? Whole(ordered, halves, weight) : Halved(ordered, halves, weight, headroom);
        return [byRows, byWeight];
    }

    private Tensor Halved(Tensor ordered, Tensor halves, Tensor weight, int headroom)
    {
        using Tensor largest = magnitude.Take(DeviceMemory.Address(ordered)) ?? Largest(ordered);
        using Tensor halfUpstream = Rounded(ordered, largest, headroom);
        using Tensor halfWeight =
            empty_strided(weight.Lengths(), weight.Strides(), ScalarType.Float16, weight.device);
        using Tensor product =
            ConvolutionGradient.Run(layer, halfUpstream, halves, halfWeight, isByWeight: true);
        Tensor byWeight = empty_strided(product.Lengths(), product.Strides(), weight.dtype, weight.device);
        new HalfLaunch(kernels).Restore(DeviceMemory.Address(product), DeviceMemory.Address(byWeight),
            product.numel(), DeviceMemory.Address(largest), headroom);
        return byWeight;
    }

    private Tensor Whole(Tensor upstream, Tensor halves, Tensor weight)
    {
        using Tensor rows = halves.to_type(upstream.dtype);
        return ConvolutionGradient.Run(layer, upstream, rows, weight, isByWeight: true);
    }

    private Tensor Product(Tensor rows, Tensor weight) => nn.functional.conv2d(rows, weight, null,
        [layer.Stride.Height, layer.Stride.Width], [layer.Padding.Height, layer.Padding.Width], groups: layer.Groups);

    private Tensor Largest(Tensor values)
    {
        Tensor largest = zeros([1], ScalarType.Int32, values.device);
        new HalfLaunch(kernels).Largest(DeviceMemory.Address(values), values.numel(), DeviceMemory.Address(largest));
        return largest;
    }

    private Tensor Rounded(Tensor values, Tensor? largest, int headroom)
    {
        using Tensor ordered = MemoryOrder.Arrange(values, MemoryOrder.Of(values, isTimeFirst: false));
        // A part of a larger tensor may begin anywhere.
        using Tensor aligned = DeviceMemory.Address(ordered) % 16 == 0 ? ordered.alias() : ordered.clone();
        Tensor halves = empty_strided(values.Lengths(), aligned.Strides(), ScalarType.Float16, values.device);
        new HalfLaunch(kernels).Round(DeviceMemory.Address(aligned), DeviceMemory.Address(halves), values.numel(),
            largest is null ? 0 : DeviceMemory.Address(largest), headroom);
        return halves;
    }
}
