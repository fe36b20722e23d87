using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Shows that a worker is alive while it trains, and stops it when it has been taken for dead.</summary>
internal sealed class Heartbeat : IDisposable
{
    private const int BeatsInALease = 4;

    private readonly ITrialStore _store;
    private readonly Claim _claim;
    private readonly CancellationTokenSource _lost = new();
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;

    /// <param name="store">Waits for a database that is away.</param>
    /// <param name="claim">What the worker is at.</param>
    /// <param name="lease">How long it may be silent.</param>
    public Heartbeat(ITrialStore store, Claim claim, TimeSpan lease)
    {
        _store = store;
        _claim = claim;
        TimeSpan pause = lease / BeatsInALease;
        _thread = new Thread(() => Beat(pause)) { IsBackground = true, Name = "Microsoft.ML.Spiking.Sweeps heartbeat" };
        _thread.Start();
    }

    /// <summary>Set when the claim is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
        _lost.Dispose();
    }

    private void Beat(TimeSpan pause)
    {
        while (!_end.Wait(pause))
        {
            try
            {
                if (!_store.Renew(_claim))
                {
                    _lost.Cancel();
                    return;
                }
            }
            catch (Exception)
            {
                // Nobody would catch it here, and it would end the process: the worker itself hears of it as soon as it has
                // something to say.
                return;
            }
        }
    }
}
