namespace Microsoft.ML.Spiking;

/// <summary>The code that scores the rows of a trained network. All give the same scores to 1e-4.</summary>
/// <remarks>
/// Managed code is the choice wherever rows are scored on processors: it starts in a third of the time, needs no native
/// library, and is faster for single rows and for large batches alike, the more so the less the neurons fire (see
/// docs/performance.md). libtorch is for a CUDA device, and for networks of <see cref="ReluNeuron"/>, whose values
/// are dense.
/// </remarks>
public enum ScoringBackend
{
    /// <summary>
    /// <see cref="Managed"/>, except where a CUDA device is asked for: then <see cref="Torch"/> on that device if
    /// libtorch and the device can be used, and <see cref="Managed"/> if not.
    /// </summary>
    Auto,

    /// <summary>
    /// Managed code on the processor. A call runs on the caller's thread; any number of threads may call.
    /// </summary>
    Managed,

    /// <summary>
    /// libtorch, on the processor or on a CUDA device. The application needs the package TorchSharp-cpu or one of
    /// TorchSharp-cuda. Calls of several threads on one device are run one after the other, each on all processors.
    /// </summary>
    Torch,
}
