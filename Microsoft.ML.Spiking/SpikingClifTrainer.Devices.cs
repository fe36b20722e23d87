using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking;

// Where trainings and trained models run: what the options say, else what the MLContext says.
public sealed partial class SpikingClifTrainer
{
    /// <summary>Checks that the devices that trainings and scoring need are there.</summary>
    /// <param name="cudaIndex">The CUDA device of a training; null for that of the options.</param>
    /// <exception cref="InvalidOperationException">There is no such CUDA device, or no libtorch.</exception>
    internal void CheckDevices(int? cudaIndex = null)
    {
        using IDisposable? memory = NativeMemory.Use(_options.ReuseNativeMemory);
        if (_options.CudaDevices is { } devices)
        {
            DeviceChoice.Make(devices);
            return;
        }
        DeviceChoice.IsCuda(_options.Device, cudaIndex ?? CudaDeviceIndex, TorchUse.Training, FallsBackToCpu);
    }

    /// <summary>Fails before the training if the scoring device is unavailable.</summary>
    private void CheckScoring()
    {
        // What libtorch allocates first decides how it allocates.
        using IDisposable? memory = NativeMemory.Use(_options.ReuseNativeMemory);
        Scoring.Check();
    }

    private ScoringChoice Scoring
    {
        get
        {
            (ComputeDevice device, int? index) = (_options.ScoringDevice, CudaDeviceIndex);
            bool fallsBack = FallsBackToCpu && _options.ScoringBackend == ScoringBackend.Torch &&
                device == ComputeDevice.Auto && !DeviceChoice.IsCuda(device, index, TorchUse.Scoring, fallsBack: true);
            return new(_options.ScoringBackend, fallsBack ? ComputeDevice.Cpu : device, index ?? 0);
        }
    }

    /// <summary>Gets the CUDA device that the options name, or else the context; null for the first.</summary>
    private int? CudaDeviceIndex =>
        _options.CudaDeviceIndex ?? _options.CudaDevices?[0] ?? _environment?.GpuDeviceId;

    /// <summary>
    /// Gets whether the CPU may take the place of the CUDA device that the context, not the options, names.
    /// </summary>
    private bool FallsBackToCpu =>
        _options is { CudaDeviceIndex: null, CudaDevices: null } && _environment is { FallbackToCpu: true };
}
