using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.MLNetInternals.Access;

/// <summary>
/// Passes what a training reports to ML.NET: one line of <see cref="MLContext.Log"/> for each epoch, the progress
/// channel, and the user's callbacks. A cancelled context stops the training at the next batch.
/// </summary>
internal sealed class ChannelObserver : ITrainingObserver, IDisposable
{
    private readonly IHost _host;
    private readonly Action<EpochMetrics>? _metrics;
    private readonly Action<BatchProgress>? _progressed;
    private readonly Action<string>? _warned;
    private readonly IChannel _channel;
    private readonly IProgressChannel _progress;
    private BatchProgress _position;

    /// <summary>Opens the channels.</summary>
    /// <param name="host">The trainer's.</param>
    /// <param name="metrics">Called after every epoch; may be null.</param>
    /// <param name="progressed">Called after every batch; may be null.</param>
    /// <param name="warned">Receives warnings in place of the channel; null for the channel.</param>
    public ChannelObserver(IHost host, Action<EpochMetrics>? metrics, Action<BatchProgress>? progressed,
        Action<string>? warned = null)
    {
        _warned = warned;
        _host = host;
        _metrics = metrics;
        _progressed = progressed;
        _channel = host.Start("Training");
        _progress = host.StartProgressChannel("Training");
        _progress.SetHeader(
            new ProgressHeader(["loss", "accuracy", "validation accuracy"], ["epochs", "rows"]),
            entry =>
            {
                BatchProgress position = _position;
                entry.SetProgress(0, position.Epoch, position.Epochs);
                entry.SetProgress(1, position.Rows, position.TotalRows);
            });
    }

    public bool IsCancelled => _host is ICancelable { IsCanceled: true };

    public void Info(string message) => _channel.Info(message);

    public void Warning(string message)
    {
        if (_warned is null)
        {
            _channel.Warning(message);
            return;
        }
        _warned(message);
    }

    public void BatchFinished(BatchProgress progress)
    {
        _position = progress;
        _host.CheckAlive();
        _progressed?.Invoke(progress);
    }

    public void EpochFinished(EpochMetrics metrics)
    {
        _channel.Info(Line(metrics));
        _progress.Checkpoint(
            metrics.Loss, metrics.Accuracy, metrics.ValidationAccuracy, metrics.Epoch, _position.TotalRows);
        _metrics?.Invoke(metrics);
    }

    public void Dispose()
    {
        _progress.Dispose();
        _channel.Dispose();
    }

    private static string Line(EpochMetrics m)
    {
        string validation = m.ValidationAccuracy is double accuracy
            ? string.Create(CultureInfo.InvariantCulture, $", validation accuracy {accuracy:0.0000}")
            : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"Epoch {m.Epoch}/{m.Epochs}: loss {m.Loss:0.0000}, accuracy {m.Accuracy:0.0000}{validation}, " +
            $"{m.RowsPerSecond:0} rows/s, mean firing rate {m.MeanFiringRate:0.0000}");
    }
}
