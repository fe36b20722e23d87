namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>How many neurons one instruction of a kernel handles. On processors with fused multiply-add every width
/// gives the same bits.</summary>
internal enum KernelWidth
{
    /// <summary>The widest that the processor accelerates.</summary>
    Auto,

    /// <summary>One neuron; what every other width uses for the last few neurons.</summary>
    Scalar,

    /// <summary>4 neurons.</summary>
    Vector128,

    /// <summary>8 neurons.</summary>
    Vector256,

    /// <summary>16 neurons.</summary>
    Vector512,
}
