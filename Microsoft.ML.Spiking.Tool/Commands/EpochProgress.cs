using System.Diagnostics;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>Shows a training's progress, and keeps the figures of its epochs.</summary>
internal sealed class EpochProgress(Session session)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();

    /// <summary>Gets the figures of all epochs.</summary>
    public List<EpochMetrics> Epochs { get; } = [];

    public void Epoch(EpochMetrics epoch)
    {
        Epochs.Add(epoch);
        string validation = epoch.ValidationAccuracy is double accuracy
            ? Invariant($", validation {100 * accuracy:0.0} %") : "";
        session.Say(Invariant($"epoch {epoch.Epoch} of {epoch.Epochs}: loss {epoch.Loss:0.0000}, accuracy ") +
            Invariant($"{100 * epoch.Accuracy:0.0} %{validation}, {epoch.RowsPerSecond:N0} rows/s"));
    }

    public void Batch(BatchProgress batch)
    {
        if (_sinceShown.Elapsed > Interval)
        {
            _sinceShown.Restart();
            session.Show(
                Invariant($"epoch {batch.Epoch} of {batch.Epochs}: {batch.Rows:N0} of {batch.TotalRows:N0} rows"));
        }
    }
}
