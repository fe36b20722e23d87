using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>All that can stop a sweep early: its tokens, its time, and the cancelled <see cref="MLContext"/>, which has no token.</summary>
internal sealed class SweepStop : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _cancelled;
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _any;
    private readonly Timer _glances;

    public SweepStop(CatalogHost host, SweepSettings settings)
    {
        _cancelled = CancellationTokenSource.CreateLinkedTokenSource(
            settings.CancellationToken, settings.Trainer.CancellationToken, NativeWork.ProcessEnds);
        _time = settings.MaximumTime is { } time ? new(time, settings.Clock) : new();
        _any = CancellationTokenSource.CreateLinkedTokenSource(_cancelled.Token, _time.Token);
        _glances = new(_ =>
        {
            if (host.IsCancelled)
            {
                _cancelled.Cancel();
            }
        }, null, Glance, Glance);
    }

    public CancellationToken Token => _any.Token;

    /// <summary>Leaves out the time: what must be done after the search is done even when that is used up.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>Why the sweep ends now.</summary>
    public SweepEnd End => _cancelled.IsCancellationRequested ? SweepEnd.Cancelled
        : _time.IsCancellationRequested ? SweepEnd.TimeUsedUp
        : SweepEnd.Finished;

    public void Dispose()
    {
        using (var ended = new ManualResetEvent(false))
        {
            if (_glances.Dispose(ended))
            {
                ended.WaitOne();
            }
        }
        _any.Dispose();
        _time.Dispose();
        _cancelled.Dispose();
    }
}
