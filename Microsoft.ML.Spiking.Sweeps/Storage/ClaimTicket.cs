namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>With what a worker asks for a trial.</summary>
/// <param name="Token">New for every trial that is asked for; the only thing that lets anybody write to it.</param>
/// <param name="Worker">A name for people.</param>
/// <param name="Lease">How long after its last sign of life the worker is taken for dead.</param>
internal sealed record ClaimTicket(string Token, string Worker, TimeSpan Lease)
{
    /// <summary>A ticket with a token of its own.</summary>
    public static ClaimTicket New(string worker, TimeSpan lease) => new(Guid.NewGuid().ToString("N"), worker, lease);
}
