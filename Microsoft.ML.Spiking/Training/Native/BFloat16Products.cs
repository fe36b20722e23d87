using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The test of whether libtorch multiplies in bfloat16 at a reasonable speed. Without instructions for it a processor
/// takes several times as long as in float32 (eight times for a convolution with AVX2).
/// </summary>
internal static class BFloat16Products
{
    /// <summary>How many times as long as in float32 a product may take: memory is saved, and timings wander.</summary>
    private const double MostTime = 2;

    private static readonly Lazy<bool> OnProcessor = new(() => Known() ?? Measured());

    /// <summary>Gets the answer for the processor, given instead of found out; null for none.</summary>
    public static bool? Given { get; set; }

    /// <summary>
    /// Returns whether products should be in bfloat16. Found out once in a process, after libtorch is loaded.
    /// </summary>
    /// <param name="device">A CUDA device always computes as it is told.</param>
    public static bool AreFastOn(Device device) =>
        device.type != DeviceType.CPU || (Given ?? OnProcessor.Value);

    /// <summary>
    /// Returns the answer where the processor's instructions tell it, so that it is always the same there; null
    /// elsewhere. oneDNN is what uses them.
    /// </summary>
    private static bool? Known()
    {
        if (OneDnn.IsOff)
        {
            return false;
        }
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
        {
            return null;
        }
        (int most, _, _, int edx) = X86Base.CpuId(7, 0);
        (int eax1, _, _, int edx1) = most >= 1 ? X86Base.CpuId(7, 1) : default;
        bool hasMatrices = (edx & (1 << 22)) != 0; // AMX_BF16
        bool hasVectors = (eax1 & (1 << 5)) != 0; // AVX512_BF16
        bool hasConversion = (edx1 & (1 << 5)) != 0; // AVX_NE_CONVERT
        if (hasMatrices || hasVectors)
        {
            return true;
        }
        // With 512 bits libtorch may emulate them well enough.
        return Avx512F.IsSupported || hasConversion ? null : false;
    }

    private static bool Measured()
    {
        const int Size = 256;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor matrix = ones([Size, Size], ScalarType.Float32, CPU);
        Tensor images = ones([8, 16, 32, 32], ScalarType.Float32, CPU),
            kernels = ones([16, 16, 3, 3], ScalarType.Float32, CPU);
        double InSeconds(ScalarType type)
        {
            Tensor factor = matrix.to_type(type), rows = images.to_type(type), weights = kernels.to_type(type);
            double least = double.PositiveInfinity;
            for (int i = 0; i < 7; i++) // the first ones prepare what later ones use
            {
                long started = Stopwatch.GetTimestamp();
                factor.mm(factor).Dispose();
                nn.functional.conv2d(rows, weights, padding: [1, 1]).Dispose();
                least = Math.Min(least, Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
            return least;
        }

        return InSeconds(ScalarType.BFloat16) <= MostTime * InSeconds(ScalarType.Float32);
    }
}
