using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>What passes between two layers for one batch.</summary>
/// <param name="Values">[T, N, ...]; or [N, ...], the same at every step, when <paramref name="IsConstant"/>.</param>
/// <param name="IsConstant">Whether the values are the same at every step.</param>
internal readonly record struct TorchSignal(torch.Tensor Values, bool IsConstant)
{
    /// <summary>The memory of <see cref="Values"/>, offered to the one layer that comes next; else null.</summary>
    public MemoryLoan? Loan { get; init; }

    /// <summary>What <paramref name="map"/> makes of all rows, [N, ...], or of all steps' rows at once, [T N, ...].</summary>
    /// <param name="map">Gives as many rows as it takes.</param>
    public TorchSignal MapRows(Func<torch.Tensor, torch.Tensor> map)
    {
        if (IsConstant)
        {
            return new(map(Values), IsConstant);
        }
        using torch.Tensor rows = Values.flatten(0, 1);
        using torch.Tensor result = map(rows);
        return new(result.unflatten(0, [Values.shape[0], Values.shape[1]]), IsConstant);
    }
}
