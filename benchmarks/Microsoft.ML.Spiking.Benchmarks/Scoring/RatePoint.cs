namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>The time of a row at a firing rate.</summary>
/// <param name="Threshold">Of all neurons.</param>
/// <param name="Rate">Spikes per neuron and time step, over all neurons.</param>
/// <param name="Microseconds">The median.</param>
internal sealed record RatePoint(double Threshold, double Rate, double Microseconds);
