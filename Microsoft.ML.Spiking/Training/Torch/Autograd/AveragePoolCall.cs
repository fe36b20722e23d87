using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Torch.Kernels;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>One batch on its way through average pooling over windows that cover the images exactly, and back.</summary>
/// <param name="layer">The layer.</param>
/// <param name="buffers">Where results are put; null for fresh memory.</param>
/// <param name="team">The threads that run it.</param>
internal sealed unsafe class AveragePoolCall(AveragePoolLayer layer, ActivationBuffers? buffers, WorkerTeam team)
{
    private const long ChunkFloor = 1 << 14; // values

    /// <summary>[..., height, width].</summary>
    public long[] ImageShape { get; private set; } = [];

    /// <summary>Whether that layer covers such images exactly, without overlap.</summary>
    public static bool Suits(AveragePoolLayer layer, Tensor images) => layer.Kernel == layer.Stride
        && images.shape[^2] % layer.Kernel.Height == 0 && images.shape[^1] % layer.Kernel.Width == 0
        && TensorMemory.IsReachable(images);

    /// <summary>The means.</summary>
    /// <param name="images">[..., height, width], contiguous.</param>
    public Tensor Forward(Tensor images)
    {
        ImageShape = images.shape;
        long[] shape = [.. ImageShape[..^2], ImageShape[^2] / layer.Kernel.Height, ImageShape[^1] / layer.Kernel.Width];
        Tensor pooled = Room(shape);
        Run(images, pooled, &AveragePoolKernels.Forward);
        return pooled;
    }

    /// <summary>The gradient by the images.</summary>
    /// <param name="upstream">The gradient by the means, contiguous.</param>
    public Tensor Backward(Tensor upstream)
    {
        Tensor gradient = Room(ImageShape);
        Run(gradient, upstream, &AveragePoolKernels.Backward);
        return gradient;
    }

    private Tensor Room(long[] shape) => buffers?.Rent(shape) ?? empty(shape, ScalarType.Float32, CPU);

    private void Run(Tensor images, Tensor pooled, delegate*<in AveragePoolWork, long, long, double> kernel)
    {
        long area = ImageShape[^2] * ImageShape[^1];
        var work = new AveragePoolWork
        {
            Images = TensorMemory.Address(images),
            Pooled = TensorMemory.Address(pooled),
            Height = ImageShape[^2],
            Width = ImageShape[^1],
            WindowHeight = layer.Kernel.Height,
            WindowWidth = layer.Kernel.Width,
        };
        long count = area == 0 ? 0 : images.numel() / area;
        ChunkedRun<AveragePoolWork>.Run(in work, kernel, kernel, count, count, Math.Max(1, ChunkFloor / Math.Max(1, area)), team);
    }
}
