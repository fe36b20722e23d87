using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>What a layer of neurons gives for one batch.</summary>
/// <param name="Values">[T, N, ...]: zeros and ones; real values where the neuron does not spike.</param>
/// <param name="Count">The number of values that are not 0, where it is known without looking; else null.</param>
internal readonly record struct NeuronSpikes(torch.Tensor Values, long? Count);
