namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>Where a fold of a trial can be taken up again. One of the two is null.</summary>
/// <param name="Epoch">How many epochs are done.</param>
/// <param name="Data">The checkpoint.</param>
/// <param name="File">The name of its file in the shared folder.</param>
internal sealed record CheckpointRecord(int Epoch, byte[]? Data, string? File);
