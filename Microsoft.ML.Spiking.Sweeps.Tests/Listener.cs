namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>A progress receiver that is called at once, on the worker's thread.</summary>
internal sealed class Listener(Action<SweepProgress> heard) : IProgress<SweepProgress>
{
    public void Report(SweepProgress value) => heard(value);
}
