using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Torch.Kernels;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// Average pooling of one batch over windows that cover the images exactly. Nothing of the forward pass is kept.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="buffers">The memory that results are put into; null for fresh memory.</param>
/// <param name="team">The threads that run it.</param>
internal sealed unsafe class AveragePoolOperation(AveragePoolLayer layer, ActivationBuffers? buffers, WorkerTeam team)
    : CustomOperation
{
    private const long ChunkFloor = 1 << 14; // values

    private long[] _imageShape = []; // [..., height, width]

    /// <summary>Returns whether that layer covers such images exactly, without overlap.</summary>
    public static bool Suits(AveragePoolLayer layer, Tensor images) => layer.Kernel == layer.Stride
        && images.shape[^2] % layer.Kernel.Height == 0 && images.shape[^1] % layer.Kernel.Width == 0
        && TensorMemory.IsReachable(images);

    /// <summary>Returns the means.</summary>
    /// <param name="images">[..., height, width], contiguous.</param>
    public Tensor Run(Tensor images) => is_grad_enabled() && images.requires_grad ? Record(images) : Forward(images);

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved) => Forward(inputs[0]);

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        using Tensor pooled = upstream.contiguous();
        Tensor gradient = Empty(_imageShape);
        Run(gradient, pooled, &AveragePoolKernels.Backward);
        return [gradient];
    }

    private Tensor Forward(Tensor images)
    {
        _imageShape = images.Lengths();
        (long height, long width) = (_imageShape[^2] / layer.Kernel.Height, _imageShape[^1] / layer.Kernel.Width);
        Tensor pooled = Empty([.. _imageShape[..^2], height, width]);
        Run(images, pooled, &AveragePoolKernels.Forward);
        return pooled;
    }

    private Tensor Empty(long[] shape) => buffers?.Rent(shape) ?? empty(shape, ScalarType.Float32, CPU);

    private void Run(Tensor images, Tensor pooled, delegate*<in AveragePoolArguments, long, long, double> kernel)
    {
        long area = _imageShape[^2] * _imageShape[^1];
        var arguments = new AveragePoolArguments
        {
            Images = TensorMemory.Address(images),
            Pooled = TensorMemory.Address(pooled),
            Height = _imageShape[^2],
            Width = _imageShape[^1],
            WindowHeight = layer.Kernel.Height,
            WindowWidth = layer.Kernel.Width,
        };
        long count = area == 0 ? 0 : images.numel() / area;
        long chunk = Math.Max(1, ChunkFloor / Math.Max(1, area));
        ChunkedRun<AveragePoolArguments>.Run(in arguments, kernel, kernel, count, count, chunk, team);
    }
}
