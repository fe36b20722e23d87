using Microsoft.ML.Spiking.Training.Loop;


namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>Records the reports of a training; <see cref="OnBatch"/> and <see cref="OnEpoch"/> may interfere.</summary>
internal sealed class RecordingObserver : ITrainingObserver
{
    public List<string> Infos { get; } = [];

    public List<string> Warnings { get; } = [];

    public List<EpochMetrics> Epochs { get; } = [];

    public List<BatchProgress> Batches { get; } = [];

    public Action<BatchProgress>? OnBatch { get; init; }

    public Action<EpochMetrics>? OnEpoch { get; init; }

    public void Info(string message) => Infos.Add(message);

    public void Warning(string message) => Warnings.Add(message);

    public void BatchFinished(BatchProgress progress)
    {
        Batches.Add(progress);
        OnBatch?.Invoke(progress);
    }

    public void EpochFinished(EpochMetrics metrics)
    {
        Epochs.Add(metrics);
        OnEpoch?.Invoke(metrics);
    }
}
