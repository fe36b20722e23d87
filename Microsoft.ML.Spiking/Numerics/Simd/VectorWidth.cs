using System.Runtime.Intrinsics;

namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>
/// The number of float32 values that one instruction of a kernel handles. On processors with fused multiply-add every
/// width gives the same bits.
/// </summary>
internal enum VectorWidth
{
    /// <summary>The widest that the processor accelerates.</summary>
    Auto,

    /// <summary>One value; every other width uses it for the last few values.</summary>
    Scalar,

    /// <summary>4 values.</summary>
    Vector128,

    /// <summary>8 values.</summary>
    Vector256,

    /// <summary>16 values.</summary>
    Vector512,
}

/// <summary>The choice of a vector width, and of the kernel compiled for it.</summary>
internal static unsafe class VectorWidths
{
    /// <summary>Gets the width that <see cref="VectorWidth.Auto"/> stands for on this processor.</summary>
    public static VectorWidth Widest =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Vector512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Vector256
        : Vector128.IsHardwareAccelerated ? VectorWidth.Vector128
        : VectorWidth.Scalar;

    /// <summary>Returns the width itself, or <see cref="Widest"/> for <see cref="VectorWidth.Auto"/>.</summary>
    public static VectorWidth Resolve(this VectorWidth width) => width == VectorWidth.Auto ? Widest : width;

    /// <summary>Returns the one of four bodies of a kernel that was compiled for a width.</summary>
    public static delegate*<in TArguments, long, long, double> Choose<TArguments>(
        this VectorWidth width,
        delegate*<in TArguments, long, long, double> lanes512,
        delegate*<in TArguments, long, long, double> lanes256,
        delegate*<in TArguments, long, long, double> lanes128,
        delegate*<in TArguments, long, long, double> lanes1) where TArguments : unmanaged => width.Resolve() switch
        {
            VectorWidth.Vector512 => lanes512,
            VectorWidth.Vector256 => lanes256,
            VectorWidth.Vector128 => lanes128,
            _ => lanes1,
        };
}
