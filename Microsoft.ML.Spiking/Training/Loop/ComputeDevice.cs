namespace Microsoft.ML.Spiking;

/// <summary>Where a network is trained.</summary>
public enum ComputeDevice
{
    /// <summary>The CUDA device where there is one, else the CPU. The choice is logged.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A CUDA device; an error where there is none.</summary>
    Cuda,
}
