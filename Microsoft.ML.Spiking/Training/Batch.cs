using TorchSharp;

namespace Microsoft.ML.Spiking.Training;

/// <summary>Some rows on their way through the network.</summary>
/// <param name="Rows">N.</param>
/// <param name="Features">[N, features], float32.</param>
/// <param name="Labels">[N], int64.</param>
/// <param name="Weights">[N], float32: example times class weight; null when all are alike.</param>
/// <param name="TotalWeight">Sum of the weights.</param>
internal readonly record struct Batch(
    int Rows, torch.Tensor Features, torch.Tensor Labels, torch.Tensor? Weights, double TotalWeight);
