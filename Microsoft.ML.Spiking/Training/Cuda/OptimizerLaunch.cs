using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The launches of an optimizer's step: a few for all arrays together, none of which waits. The arrays are float32.
/// </summary>
internal static unsafe class OptimizerLaunch
{
    /// <summary>
    /// Returns the factor that limits the norm of all gradients together, on the device: at most 1.
    /// </summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="arrays">The arrays, with their gradients.</param>
    /// <param name="maximumNorm">Greater than 0.</param>
    /// <returns>A scalar, in the caller's dispose scope.</returns>
    public static Tensor ClippingFactor(CudaKernels kernels, IReadOnlyList<OptimizedArray> arrays, double maximumNorm)
    {
        Device device = arrays[0].Parameter.device;
        using Tensor sums = empty([arrays.Sum(array => ArrayBlocks.Of(array.Length))], ScalarType.Float64, device);
        using Tensor sum = empty([1], ScalarType.Float64, device);
        Tensor factor = empty([1], ScalarType.Float32, device);
        nint sumsAddress = DeviceMemory.Address(sums), sumAddress = DeviceMemory.Address(sum);
        nint factorAddress = DeviceMemory.Address(factor);
        long count = 0;
        ArrayTable table = default;
        void** arguments = stackalloc void*[] { &table, &sumsAddress, &count };
        for (int start = 0; start < arrays.Count; start += ArrayBlocks.MostArrays)
        {
            long blocks = table.Fill(arrays, start);
            kernels.Launch(PlainProgram.Optimizers, "squares_of_blocks", ArrayBlocks.Threads(blocks), arguments);
            count += blocks;
        }
        float maximum = (float)maximumNorm;
        void** total = stackalloc void*[] { &sumsAddress, &count, &sumAddress };
        kernels.Launch(PlainProgram.Optimizers, "sum_of_squares", NeuronProgram.BlockSize, total);
        void** last = stackalloc void*[] { &sumAddress, &maximum, &factorAddress };
        kernels.Launch(PlainProgram.Optimizers, "clipping_factor", 1, last);
        return factor;
    }

    /// <summary>Makes a step of <see cref="Optimizers.Sgd"/>.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="arrays">The arrays; the first buffer is the momentum, if any.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="momentum">The share of the momentum that stays.</param>
    /// <param name="decay">The weight decay.</param>
    /// <param name="factor">See <see cref="ClippingFactor"/>; null for 1.</param>
    public static void Sgd(CudaKernels kernels, IReadOnlyList<OptimizedArray> arrays, double rate, double momentum,
        double decay, Tensor? factor)
    {
        (float ownRate, float ownMomentum, float ownDecay) = ((float)rate, (float)momentum, (float)decay);
        nint factorAddress = factor is null ? 0 : DeviceMemory.Address(factor);
        ArrayTable table = default;
        void** arguments = stackalloc void*[] { &table, &ownRate, &ownMomentum, &ownDecay, &factorAddress };
        for (int start = 0; start < arrays.Count; start += ArrayBlocks.MostArrays)
        {
            long blocks = table.Fill(arrays, start);
            kernels.Launch(PlainProgram.Optimizers, "sgd_step", ArrayBlocks.Threads(blocks), arguments);
        }
    }

    /// <summary>Makes a step of <see cref="Optimizers.AdamW"/>.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="arrays">The arrays; their buffers are the running means of gradients and of their squares.</param>
    /// <param name="step">What the step depends on besides.</param>
    /// <param name="factor">See <see cref="ClippingFactor"/>; null for 1.</param>
    public static void AdamW(
        CudaKernels kernels, IReadOnlyList<OptimizedArray> arrays, AdamWStep step, Tensor? factor)
    {
        float kept = (float)step.Kept, size = (float)step.Size, root = (float)step.Root;
        float beta1 = (float)step.Beta1, new1 = (float)(1 - step.Beta1);
        float beta2 = (float)step.Beta2, new2 = (float)(1 - step.Beta2), epsilon = (float)step.Epsilon;
        nint factorAddress = factor is null ? 0 : DeviceMemory.Address(factor);
        ArrayTable table = default;
        void** arguments = stackalloc void*[]
            { &table, &kept, &size, &root, &beta1, &new1, &beta2, &new2, &epsilon, &factorAddress };
        for (int start = 0; start < arrays.Count; start += ArrayBlocks.MostArrays)
        {
            long blocks = table.Fill(arrays, start);
            kernels.Launch(PlainProgram.Optimizers, "adamw_step", ArrayBlocks.Threads(blocks), arguments);
        }
    }

    private static nint Address(Tensor? tensor) => tensor is null ? 0 : DeviceMemory.Address(tensor);

    // array_table of optimizer.cu.
    private struct ArrayTable
    {
        public ArrayAddresses Parameters;
        public ArrayAddresses Gradients;
        public ArrayAddresses First;
        public ArrayAddresses Second;
        public ArrayNumbers Lengths;
        public ArrayBlocks FirstBlocks;

        // Puts the arrays from that one on into the table and returns their blocks.
        public long Fill(IReadOnlyList<OptimizedArray> arrays, int start)
        {
            for (int i = 0; i < ArrayBlocks.MostArrays; i++)
            {
                OptimizedArray? array = start + i < arrays.Count ? arrays[start + i] : null;
                Parameters[i] = Address(array?.Parameter);
                Gradients[i] = Address(array?.Gradient);
                First[i] = Address(array?.First);
                Second[i] = Address(array?.Second);
                Lengths[i] = array?.Length ?? 0;
            }
            return FirstBlocks.Number(Lengths);
        }
    }
}

/// <summary>An array that an optimizer changes. All tensors are contiguous, of one shape.</summary>
/// <param name="Parameter">The array.</param>
/// <param name="Gradient">Its gradient.</param>
/// <param name="First">The optimizer's first buffer, if it has one.</param>
/// <param name="Second">Its second.</param>
internal sealed record OptimizedArray(Tensor Parameter, Tensor Gradient, Tensor? First, Tensor? Second)
{
    /// <summary>Gets the number of values.</summary>
    public long Length { get; } = Parameter.numel();
}

/// <summary>The values that a step of AdamW depends on besides the arrays.</summary>
/// <param name="Kept">What weight decay leaves of a parameter.</param>
/// <param name="Size">The learning rate over the correction of the mean's bias.</param>
/// <param name="Root">The root of the correction of the squares' bias.</param>
/// <param name="Beta1">What stays of the mean.</param>
/// <param name="Beta2">What stays of the squares.</param>
/// <param name="Epsilon">Added to the denominator.</param>
internal readonly record struct AdamWStep(
    double Kept, double Size, double Root, double Beta1, double Beta2, double Epsilon);
