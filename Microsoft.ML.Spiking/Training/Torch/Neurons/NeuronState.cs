using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// What a neuron carries from one time step to the next, [N, ...] each, in tensors that nobody else disposes of; null
/// before the first step.
/// </summary>
/// <param name="Potential">The membrane potential v after the reset.</param>
/// <param name="Complementary">CLIF's m; null for other neurons.</param>
internal readonly record struct NeuronState(Tensor? Potential, Tensor? Complementary = null);
