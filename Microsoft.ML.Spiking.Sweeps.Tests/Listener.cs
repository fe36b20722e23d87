namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>Hears at once, on the worker's thread.</summary>
internal sealed class Listener(Action<SweepProgress> heard) : IProgress<SweepProgress>
{
    public void Report(SweepProgress value) => heard(value);
}
