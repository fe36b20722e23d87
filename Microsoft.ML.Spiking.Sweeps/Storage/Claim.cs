namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>The right to train a trial and to write what becomes of it, until it is given back or expires.</summary>
/// <param name="Trial">The trial's id.</param>
/// <param name="Token">The ticket's.</param>
internal sealed record Claim(long Trial, string Token);
