using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// The leaves of trees behind the features: 1 where lowest &lt;= x[feature] &lt; highest for each condition of the
/// leaf.
/// </summary>
/// <param name="layer">The trees.</param>
/// <param name="parameters">Their limits, [leaves, conditions] each.</param>
internal sealed class TorchTrees(TreeLayer layer, TorchParameters parameters) : TorchLayer
{
    private readonly Tensor _features = parameters.Keep(
        DeviceWait.Constant([.. layer.Features.Select(feature => (long)feature)], parameters.Device));

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) => input.MapRows(rows =>
    {
        using Tensor values = rows.index_select(1, _features);
        using Tensor conditions = values.reshape(-1, layer.Leaves, layer.Conditions);
        using Tensor above = conditions.ge(parameters[layer.LowestName]);
        using Tensor below = conditions.lt(parameters[layer.HighestName]);
        using Tensor both = above.logical_and(below);
        using Tensor hold = both.all(2);
        using Tensor leaves = hold.to_type(rows.dtype);
        return cat([rows, leaves], 1);
    });
}
