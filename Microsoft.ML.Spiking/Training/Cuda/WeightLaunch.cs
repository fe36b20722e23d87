using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The launches that copy weights into the type and the order of products, and that bring the copies' gradients back: a
/// few for all arrays together, none of which waits.
/// </summary>
internal static unsafe class WeightLaunch
{
    /// <summary>Returns whether the kernels copy such a weight.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="copy">Its copy; the gradients have its order.</param>
    public static bool Suits(Tensor weight, Tensor copy) => weight.dtype == ScalarType.Float32
        && copy.dtype is ScalarType.BFloat16 or ScalarType.Float32 && weight.numel() < int.MaxValue
        && MemoryOrder.Has(weight, MemoryOrder.Contiguous(weight.Lengths()));

    /// <summary>Copies weights.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="type">The type of the copies.</param>
    /// <param name="arrays">The weights and their copies.</param>
    public static void Copy(CudaKernels kernels, ScalarType type, IReadOnlyList<WeightCopy> arrays) =>
        Run(kernels, "copy_weights", type, arrays, areGradients: false);

    /// <summary>Brings back gradients.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="type">The type of the copies' gradients.</param>
    /// <param name="arrays">The gradients of weights and of their copies.</param>
    public static void Collect(CudaKernels kernels, ScalarType type, IReadOnlyList<WeightCopy> arrays) =>
        Run(kernels, "collect_gradients", type, arrays, areGradients: true);

    private static void Run(CudaKernels kernels, string kernel, ScalarType type, IReadOnlyList<WeightCopy> arrays,
        bool areGradients)
    {
        int isHalf = type == ScalarType.BFloat16 ? 1 : 0;
        CopyTable table = default;
        void** arguments = stackalloc void*[] { &table, &isHalf };
        for (int start = 0; start < arrays.Count; start += ArrayBlocks.MostArrays)
        {
            long blocks = table.Fill(arrays, start, areGradients);
            kernels.Launch(PlainProgram.Weights, kernel, ArrayBlocks.Threads(blocks), arguments);
        }
    }

    // copied_arrays of weights.cu.
    private struct CopyTable
    {
        public ArrayAddresses From;
        public ArrayAddresses To;
        public ArrayNumbers Lengths;
        public ArrayNumbers Channels;
        public ArrayNumbers Positions;
        public ArrayNumbers Adds;
        public ArrayBlocks FirstBlocks;

        // Puts the arrays from that one on into the table and returns their blocks.
        public long Fill(IReadOnlyList<WeightCopy> arrays, int start, bool areGradients)
        {
            Lengths = default;
            for (int i = 0; i < ArrayBlocks.MostArrays && start + i < arrays.Count; i++)
            {
                WeightCopy array = arrays[start + i];
                (nint whole, nint copy) = (DeviceMemory.Address(array.Whole), DeviceMemory.Address(array.Copy));
                (From[i], To[i]) = areGradients ? (copy, whole) : (whole, copy);
                long[] shape = array.Whole.Lengths();
                Lengths[i] = array.Whole.numel();
                (Channels[i], Positions[i]) = shape.Length == 4 ? (shape[1], shape[2] * shape[3]) : (1, 1);
                Adds[i] = array.IsAdded ? 1 : 0;
            }
            return FirstBlocks.Number(Lengths);
        }
    }
}

/// <summary>A weight and its copy, or the gradients of both.</summary>
/// <param name="Whole">Float32, contiguous.</param>
/// <param name="Copy">In the type of the products; of four dimensions with the channels innermost.</param>
/// <param name="IsAdded">Whether the copy's gradient is added to the weight's.</param>
internal readonly record struct WeightCopy(Tensor Whole, Tensor Copy, bool IsAdded = false);
