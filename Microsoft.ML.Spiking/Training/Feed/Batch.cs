using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>A batch of rows, as tensors.</summary>
/// <param name="Rows">N.</param>
/// <param name="Features">[N, features], float32; [N, 0] where the rows are <see cref="Sparse"/>.</param>
/// <param name="Labels">[N], int64.</param>
/// <param name="Weights">[N], float32: example weight times class weight; null where all are the same.</param>
/// <param name="TotalWeight">Sum of the weights.</param>
internal readonly record struct Batch(
    int Rows, torch.Tensor Features, torch.Tensor Labels, torch.Tensor? Weights, double TotalWeight)
{
    /// <summary>Gets the features as those that are not zero; null where all are in <see cref="Features"/>.</summary>
    public SparseRows? Sparse { get; init; }

    /// <summary>
    /// Gets what the network's <see cref="FixedLayers"/> make of the rows, [N, outputs], float32; null where they have
    /// not run.
    /// </summary>
    public torch.Tensor? Encoded { get; init; }

    /// <summary>
    /// Gets the share of a mixed row's own label, [N], float32; the rest belongs to the label of the row before it.
    /// Null if rows are not mixed.
    /// </summary>
    public torch.Tensor? Shares { get; init; }

    /// <summary>Returns the probability of each class, as the loss takes it.</summary>
    /// <param name="classCount">C.</param>
    /// <param name="type">The type of the logits.</param>
    /// <returns>[N, C], each row's sum 1.</returns>
    public torch.Tensor Classes(int classCount, torch.ScalarType type)
    {
        torch.Tensor own = Loss.OneHot(Labels, classCount, type);
        if (Shares is null)
        {
            return own;
        }
        using torch.Tensor shares = Shares.to_type(type).unsqueeze(1);
        using torch.Tensor others = own.roll(1, 0);
        using torch.Tensor part = others * shares.OneMinus();
        return (own * shares).Plus(part);
    }
}
