using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>The types that sums and means are computed in.</summary>
internal static class FloatTypes
{
    /// <summary>
    /// Returns values in float32 where they are in bfloat16, whose sums and means have too few digits; otherwise as
    /// they are. The result is the caller's, and autograd goes through it.
    /// </summary>
    public static Tensor Widened(this Tensor values) =>
        values.dtype == ScalarType.BFloat16 ? values.to_type(ScalarType.Float32) : values.alias();
}
