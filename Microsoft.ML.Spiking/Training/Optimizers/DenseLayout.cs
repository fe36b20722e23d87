using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>When an optimizer may walk over arrays as they lie in memory.</summary>
internal static class DenseLayout
{
    /// <summary>Values that a thread takes at a time; fewer are not worth a second thread.</summary>
    public const long Chunk = 1 << 15;

    /// <summary>Whether all are float32 on the CPU, without gaps, and have their values in the same order.</summary>
    public static bool IsShared(Tensor first, params ReadOnlySpan<Tensor> others)
    {
        if (first.dtype != ScalarType.Float32 || first.device_type != DeviceType.CPU || !TensorMemory.IsDense(first))
        {
            return false;
        }
        long[] strides = first.stride();
        foreach (Tensor other in others)
        {
            if (other.dtype != first.dtype || !other.stride().AsSpan().SequenceEqual(strides))
            {
                return false;
            }
        }
        return true;
    }
}
