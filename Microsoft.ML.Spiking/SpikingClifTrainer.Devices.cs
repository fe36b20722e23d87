using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Ranks;
using static System.FormattableString;

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

    /// <summary>
    /// Trains; where that fails on this rank alone, ends the others, which would wait for it without end.
    /// </summary>
    private T WithRanks<T>(Func<T> train)
    {
        if (_options.Ranks is not { Count: > 1 } ranks)
        {
            return train();
        }
        try
        {
            return train();
        }
        catch (Exception fault) when (!IsOnAllRanks(fault))
        {
            ranks.Abandon(Invariant($"Rank {ranks.Rank} of {ranks.Count} cannot train, which ends all: ") +
                fault.Message);
            throw;
        }
    }

    private static bool IsOnAllRanks(Exception fault) =>
        fault is RankRefusalException or OperationCanceledException or TrainingDivergedException;

    public partial class Options
    {
        /// <summary>
        /// Gets or sets the processes that train one network together, on one machine or several; null (the default)
        /// for this process alone. All of them run the same program on the same data, and call Fit equally often. Each
        /// step's <see cref="BatchSize"/> rows are divided among them, rounded up to equal parts; the gradients are
        /// added in the ranks' order, so that a step is that of one process with <see cref="GradientAccumulation"/>
        /// over the same parts, and all ranks return the same model. The ranks divide validation rows, too. Rank 0
        /// writes checkpoints, and its <see cref="CheckpointFolder"/> counts. Without a seed all take that of rank 0.
        /// Each rank trains on one device. Fit fails on all ranks where one has other data or options.
        /// </summary>
        public RankGroup? Ranks { get; set; }

        /// <summary>
        /// Gets or sets whether batch normalization takes its statistics over the rows of all
        /// <see cref="Ranks"/> together, as one process with the whole batch does, instead of over each rank's own.
        /// Default false. Each layer then waits for all ranks twice in each direction, and is computed operation by
        /// operation.
        /// </summary>
        public bool SynchronizeBatchNorm { get; set; }
    }
}
