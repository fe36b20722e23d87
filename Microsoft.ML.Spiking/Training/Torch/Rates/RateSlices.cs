using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Rates;

/// <summary>The rows of a batch whose time steps are computed at a time, so that memory does not grow with T.</summary>
/// <param name="timeSteps">T.</param>
/// <param name="device">Where the values are.</param>
internal sealed class RateSlices(int timeSteps, Device device)
{
    // Values of all steps of a slice: 1 MB of float32 stays in the cache; a GPU needs more at a time to be busy.
    private const long MostOnCpu = 1 << 18;
    private const long MostOnGpu = 1 << 24;

    /// <summary>Goes through a batch.</summary>
    /// <param name="rates">[N, ...]: the size of what a slice holds at every step.</param>
    /// <param name="body">Takes a slice's first row and the number of its rows; in a dispose scope.</param>
    public void Each(Tensor rates, Action<long, long> body)
    {
        long most = device.type == DeviceType.CPU ? MostOnCpu : MostOnGpu;
        long rows = rates.shape[0];
        long slice = Math.Clamp(most / (rates.numel() / rows * timeSteps), 1, rows);
        for (long first = 0; first < rows; first += slice)
        {
            using DisposeScope scope = NewDisposeScope();
            body(first, Math.Min(slice, rows - first));
        }
    }
}
