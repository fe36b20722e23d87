using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>What passes between two layers for one batch.</summary>
/// <param name="Values">[T, N, ...]; or [N, ...], the same at every step, when <paramref name="IsConstant"/>.</param>
/// <param name="IsConstant">Whether the values are the same at every step.</param>
/// <param name="Reach">Of the neurons whose spikes the values are or once were; see <see cref="GradientReach"/>.</param>
internal readonly record struct TorchSignal(torch.Tensor Values, bool IsConstant, GradientReach? Reach = null)
{
    /// <summary>Where the gradient by the values is used; null for everywhere.</summary>
    public GradientReach? GradientReach => Reach?.IsOf(Values) == true ? Reach : null;

    /// <summary>What <paramref name="map"/> makes of all rows, [N, ...], or of all steps' rows at once, [T N, ...].</summary>
    /// <param name="map">Gives as many rows as it takes.</param>
    public TorchSignal MapRows(Func<torch.Tensor, torch.Tensor> map)
    {
        if (IsConstant)
        {
            return this with { Values = map(Values) };
        }
        using torch.Tensor rows = Values.flatten(0, 1);
        using torch.Tensor result = map(rows);
        return this with { Values = result.unflatten(0, [Values.shape[0], Values.shape[1]]) };
    }
}
