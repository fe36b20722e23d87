using TorchSharp;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>What passes between two layers for one batch.</summary>
/// <param name="Values">[T, N, ...]; or [N, ...], the same at every step, when <paramref name="IsConstant"/>.</param>
/// <param name="IsConstant">Whether the values are the same at every step.</param>
internal readonly record struct TorchSignal(torch.Tensor Values, bool IsConstant);
