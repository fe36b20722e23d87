namespace Microsoft.ML.Spiking.Neurons;

/// <summary>A learned value of a neuron, shared by all neurons of a layer.</summary>
/// <param name="Name">Its name within the layer: the array is saved as "layer.name".</param>
/// <param name="Initial">Its value before training.</param>
internal sealed record LearnedScalar(string Name, double Initial);
