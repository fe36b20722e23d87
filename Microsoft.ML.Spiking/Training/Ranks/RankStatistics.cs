using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Ranks;

/// <summary>Sums over the batches of several ranks, within their forward and backward passes.</summary>
/// <param name="ranks">The ranks.</param>
/// <param name="members">The first so many have a batch.</param>
internal sealed class RankStatistics(RankGroup ranks, int members) : ISharedSums
{
    /// <inheritdoc/>
    public Tensor Sum(Tensor values) => new SumOperation(this).Run(values);

    private Tensor SumOfAll(Tensor values)
    {
        using Tensor copy = DeviceWait.ToCpu(values.detach(), ScalarType.Float64).contiguous();
        double[] sum = MemoryMarshal.Cast<byte, double>(copy.bytes).ToArray();
        byte[] own = MemoryMarshal.AsBytes(sum.AsSpan()).ToArray();
        for (int rank = 0; rank < members; rank++)
        {
            byte[] given = rank == ranks.Rank ? own : new byte[own.Length];
            ranks.Give(given.AsSpan(), rank, members);
            ReadOnlySpan<double> term = MemoryMarshal.Cast<byte, double>(given);
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] = rank == 0 ? term[i] : sum[i] + term[i];
            }
        }
        using Tensor result = tensor(sum, ScalarType.Float64);
        return result.reshape(values.shape).to(values.device, copy: true);
    }

    // The loss of all ranks is the sum of theirs, so the gradient by the sum is the sum of their gradients.
    private sealed class SumOperation(RankStatistics statistics) : CustomOperation
    {
        public Tensor Run(Tensor values) => is_grad_enabled() && values.requires_grad ? Record(values)
            : statistics.SumOfAll(values);

        internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved) =>
            statistics.SumOfAll(inputs[0]);

        internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream) =>
            [statistics.SumOfAll(upstream)];
    }
}
