using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// Everything that can end a sweep early: its tokens, its time, and the cancellation of the <see cref="MLContext"/>,
/// which has no token.
/// </summary>
internal sealed class SweepStop : IDisposable
{
    private static readonly TimeSpan PollingInterval = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly TimeSpan? _time;
    private readonly long _started;
    private readonly CancellationTokenSource _cancelled;
    private readonly CancellationTokenSource _searchTime;
    private readonly CancellationTokenSource _wholeTime;
    private readonly CancellationTokenSource _search;
    private readonly CancellationTokenSource _whole;
    private readonly Timer _polling;

    public SweepStop(CatalogHost host, SweepSettings settings)
    {
        (_clock, _time) = (settings.Clock, settings.MaximumTime);
        _started = _clock.GetTimestamp();
        _cancelled = CancellationTokenSource.CreateLinkedTokenSource(
            settings.CancellationToken, settings.Trainer.CancellationToken, NativeWork.ProcessEnds);
        _searchTime = _time is { } time ? new(time, _clock) : new();
        _wholeTime = _time is { } whole ? new(whole, _clock) : new();
        _search = CancellationTokenSource.CreateLinkedTokenSource(_cancelled.Token, _searchTime.Token);
        _whole = CancellationTokenSource.CreateLinkedTokenSource(_cancelled.Token, _wholeTime.Token);
        _polling = new(_ =>
        {
            if (host.IsCancelled)
            {
                _cancelled.Cancel();
            }
        }, null, PollingInterval, PollingInterval);
    }

    /// <summary>
    /// Gets the token that ends the search: the user has cancelled, or only the reserved time is left.
    /// </summary>
    public CancellationToken Search => _search.Token;

    /// <summary>Gets the token that ends everything: the user has cancelled, or no time is left.</summary>
    public CancellationToken Whole => _whole.Token;

    /// <summary>Gets the token that the user cancels.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>Gets the reason why the sweep ends now.</summary>
    public SweepEnd End => _cancelled.IsCancellationRequested ? SweepEnd.Cancelled
        : _searchTime.IsCancellationRequested ? SweepEnd.TimeUsedUp
        : SweepEnd.Finished;

    /// <summary>Gets the reason why the training of the best model, after the search, ended early.</summary>
    public SweepEnd EndOfRetraining =>
        _cancelled.IsCancellationRequested ? SweepEnd.Cancelled : SweepEnd.TimeUsedUp;

    /// <summary>Keeps time for what follows the search, in place of what was kept before.</summary>
    public void Reserve(TimeSpan reserve)
    {
        if (_time is not { } time || _searchTime.IsCancellationRequested)
        {
            return;
        }
        TimeSpan left = time - _clock.GetElapsedTime(_started) - reserve;
        if (left <= TimeSpan.Zero)
        {
            _searchTime.Cancel();
            return;
        }
        _searchTime.CancelAfter(left);
    }

    public void Dispose()
    {
        using (var ended = new ManualResetEvent(false))
        {
            if (_polling.Dispose(ended))
            {
                ended.WaitOne();
            }
        }
        _whole.Dispose();
        _search.Dispose();
        _wholeTime.Dispose();
        _searchTime.Dispose();
        _cancelled.Dispose();
    }
}
