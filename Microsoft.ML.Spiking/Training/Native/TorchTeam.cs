using Microsoft.ML.Spiking.Numerics.Threading;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The threads that torch uses for what the calling thread asks of it, for kernels of the library's own.
/// </summary>
internal static class TorchTeam
{
    /// <summary>
    /// torch's own threads where its OpenMP can be asked for them, else as many of .NET's pool. Between two operations
    /// torch's threads wait spinning, for milliseconds, on the very cores that others would need.
    /// </summary>
    public static WorkerTeam Current()
    {
        int threads = torch.get_num_threads();
        return threads <= 1 ? WorkerTeam.Caller
            : OpenMP.IsThere ? new OpenMPTeam(threads)
            : new ThreadPoolTeam(threads);
    }
}
