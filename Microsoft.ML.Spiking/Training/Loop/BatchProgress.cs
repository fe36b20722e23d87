namespace Microsoft.ML.Spiking;

/// <summary>How far a training has come.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="Rows">Rows trained on in this epoch.</param>
/// <param name="TotalRows">Rows of an epoch.</param>
public readonly record struct BatchProgress(int Epoch, int Epochs, long Rows, long TotalRows);
