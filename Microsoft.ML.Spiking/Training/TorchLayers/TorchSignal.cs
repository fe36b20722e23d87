using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>What passes between two layers for one batch.</summary>
/// <param name="Values">[T, N, ...]; or [N, ...], the same at every step, when <paramref name="IsConstant"/>.</param>
/// <param name="IsConstant">Whether the values are the same at every step.</param>
/// <param name="Reach">Where the gradient by the values is used, if they are a neuron's spikes; null for everywhere.</param>
internal readonly record struct TorchSignal(torch.Tensor Values, bool IsConstant, GradientReach? Reach = null);
