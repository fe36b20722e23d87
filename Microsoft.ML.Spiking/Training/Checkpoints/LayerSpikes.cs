namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>The spikes of a neuron layer in the part of an epoch that is done.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Spikes">How many.</param>
/// <param name="Places">Neurons times time steps times rows: where there could have been one.</param>
internal sealed record LayerSpikes(string Layer, double Spikes, long Places);
