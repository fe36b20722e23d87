namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Wakes the workers of this process that wait for work when one of them has left a trial.</summary>
internal sealed class WorkerBell
{
    private readonly object _gate = new(); // for Monitor, which can wait
    private int _rings;

    /// <summary>
    /// Gets how often it has rung. Read it before looking for work, so that a ring between the look and the wait
    /// counts.
    /// </summary>
    public int Rings
    {
        get
        {
            lock (_gate)
            {
                return _rings;
            }
        }
    }

    public void Ring()
    {
        lock (_gate)
        {
            _rings++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until it rings.</summary>
    /// <param name="seen">How often it had rung.</param>
    /// <param name="longest">The longest time to wait.</param>
    /// <param name="token">Ends the waiting.</param>
    public void Wait(int seen, TimeSpan longest, CancellationToken token)
    {
        using CancellationTokenRegistration end = token.Register(Ring);
        lock (_gate)
        {
            if (_rings == seen)
            {
                Monitor.Wait(_gate, longest);
            }
        }
    }
}
