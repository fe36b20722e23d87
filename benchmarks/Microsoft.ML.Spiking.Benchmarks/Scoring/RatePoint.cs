namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>The time of a row at a firing rate.</summary>
/// <param name="Threshold">The threshold of all neurons.</param>
/// <param name="Rate">Spikes per neuron and time step, over all neurons.</param>
/// <param name="Microseconds">The median time of a row.</param>
internal sealed record RatePoint(double Threshold, double Rate, double Microseconds);
