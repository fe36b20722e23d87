using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>The launch that draws masks: the same numbers as of the CPU, on the device.</summary>
internal static unsafe class DropoutLaunch
{
    /// <summary>Draws a mask; never waits for the device.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="shape">[N, ...].</param>
    /// <param name="device">The device.</param>
    /// <param name="stream">Its purpose, channel and epoch; the items are the rows.</param>
    /// <param name="firstRow">The first row's position in the epoch.</param>
    /// <param name="rate">The share of values that are 0.</param>
    /// <param name="kept">The others.</param>
    /// <returns>The mask, float32.</returns>
    public static Tensor Draw(CudaKernels kernels, long[] shape, Device device, RandomStream stream, long firstRow,
        double rate, double kept)
    {
        Tensor mask = empty(shape, ScalarType.Float32, device);
        nint address = DeviceMemory.Address(mask);
        long rows = shape[0], width = mask.numel() / rows;
        (uint key0, uint key1, uint epoch) = stream.Key;
        ulong first = unchecked((ulong)firstRow);
        float threshold = (float)rate, factor = (float)kept;
        void** arguments = stackalloc void*[]
            { &address, &rows, &width, &key0, &key1, &epoch, &first, &threshold, &factor };
        kernels.Launch(PlainProgram.Dropout, "dropout_mask", rows * ((width + 3) / 4), arguments);
        return mask;
    }
}
