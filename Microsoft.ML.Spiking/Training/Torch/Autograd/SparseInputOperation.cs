using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// <see cref="TorchSparseInput"/> for one batch. The gradient of the weight goes to
/// <see cref="TorchSparseInput.Gradient"/>, not to autograd, where it would have all columns.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="team">The threads that run it.</param>
internal sealed class SparseInputOperation(TorchSparseInput layer, WorkerTeam team) : CustomOperation
{
    /// <summary>Returns the output, [N, outputs].</summary>
    /// <param name="weight">The layer's weight.</param>
    /// <param name="bias">Its bias; null for none.</param>
    public Tensor Run(Tensor weight, Tensor? bias) =>
        !is_grad_enabled() ? layer.Product(team) : bias is null ? Record(weight) : Record(weight, bias);

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved) =>
        layer.Product(team);

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        using Tensor contiguous = upstream.contiguous();
        layer.Backward(contiguous, team);
        return layer.HasBias ? [null, contiguous.sum([0])] : [null];
    }
}
