namespace Microsoft.ML.Spiking;

/// <summary>What rows are to be scored with, as the user says it.</summary>
/// <param name="Backend">Managed code or libtorch.</param>
/// <param name="Device">Where.</param>
/// <param name="CudaDeviceIndex">Which CUDA device, from 0.</param>
internal readonly record struct ScoringChoice(ScoringBackend Backend, ComputeDevice Device, int CudaDeviceIndex)
{
    /// <summary>What is wrong with the choice, in a sentence; null if nothing is.</summary>
    public string? Fault() => this switch
    {
        _ when !Enum.IsDefined(Backend) =>
            $"The scoring backend is {Backend}; it must be one of {string.Join(", ", Enum.GetNames<ScoringBackend>())}.",
        _ when !Enum.IsDefined(Device) =>
            $"The scoring device is {Device}; it must be one of {string.Join(", ", Enum.GetNames<ComputeDevice>())}.",
        { CudaDeviceIndex: < 0 } => $"The CUDA device index is {CudaDeviceIndex}; it must be at least 0.",
        { Backend: ScoringBackend.Managed, Device: ComputeDevice.Cuda } =>
            "ScoringBackend.Managed scores on the processor, not on CUDA; choose ScoringBackend.Torch, or another device.",
        _ => null,
    };
}
