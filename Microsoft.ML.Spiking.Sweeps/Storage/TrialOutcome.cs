namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>How a worker leaves a trial.</summary>
/// <param name="State">Any but <see cref="TrialState.Running"/>.</param>
/// <param name="Epochs">Where it rests.</param>
/// <param name="Seconds">Of training since the trial was claimed.</param>
/// <param name="Reason">Why it failed or was left; else null.</param>
internal sealed record TrialOutcome(TrialState State, int Epochs, double Seconds, string? Reason = null);
