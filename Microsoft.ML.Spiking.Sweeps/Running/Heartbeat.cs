using System.Runtime.ExceptionServices;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// Shows that a worker is alive while it trains, and stops it when it has lost its trial or cannot show it any more.
/// </summary>
internal sealed class Heartbeat : IDisposable
{
    private const int BeatsInALease = 4;

    private readonly ITrialStore _store;
    private readonly Claim _claim;
    private readonly CancellationTokenSource _ended = new();
    private readonly ManualResetEventSlim _dispose = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _fault;

    /// <param name="store">Waits for a database that is unavailable.</param>
    /// <param name="claim">The worker's claim.</param>
    /// <param name="lease">How long the worker may be silent.</param>
    public Heartbeat(ITrialStore store, Claim claim, TimeSpan lease)
    {
        _store = store;
        _claim = claim;
        TimeSpan pause = lease / BeatsInALease;
        _thread = new Thread(() => Beat(pause)) { IsBackground = true, Name = "Microsoft.ML.Spiking.Sweeps heartbeat" };
        _thread.Start();
    }

    /// <summary>
    /// Gets a token that is cancelled when the claim is lost or the heartbeat has failed; see <see
    /// cref="ThrowIfEnded"/>.
    /// </summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Throws if the worker must not go on.</summary>
    /// <exception cref="ClaimLostException">Another worker has taken up the trial.</exception>
    /// <exception cref="Exception">The heartbeat failed, for instance because the database is gone.</exception>
    public void ThrowIfEnded()
    {
        if (_ended.IsCancellationRequested)
        {
            _fault?.Throw();
            throw new ClaimLostException();
        }
    }

    public void Dispose()
    {
        _dispose.Set();
        _thread.Join();
        _dispose.Dispose();
        _ended.Dispose();
    }

    private void Beat(TimeSpan pause)
    {
        try
        {
            while (!_dispose.Wait(pause))
            {
                if (!_store.Renew(_claim))
                {
                    _ended.Cancel();
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            // Unhandled on this thread, it would end the process; the worker rethrows it.
            _fault = ExceptionDispatchInfo.Capture(exception);
            _ended.Cancel();
        }
    }
}

/// <summary>Another worker has taken up the trial, because this one showed no sign of life for too long.</summary>
internal sealed class ClaimLostException : Exception
{
    public ClaimLostException() : base("Another worker has taken up the trial.") { }

    public ClaimLostException(string message) : base(message) { }

    public ClaimLostException(string message, Exception innerException) : base(message, innerException) { }
}
