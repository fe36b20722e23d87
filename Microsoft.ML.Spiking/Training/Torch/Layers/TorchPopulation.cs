using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>Receptive fields: y = min(max(scale x + shift, lowest), highest), several for each feature.</summary>
/// <param name="layer">The fields.</param>
/// <param name="parameters">Its constants, [outputs] each.</param>
internal sealed class TorchPopulation(PopulationLayer layer, TorchParameters parameters) : TorchLayer
{
    private readonly Tensor _features = parameters.Keep(
        DeviceWait.Constant([.. layer.Features().Select(feature => (long)feature)], parameters.Device));

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) => input.MapRows(rows =>
    {
        using Tensor repeated = rows.index_select(1, _features);
        using Tensor scaled = repeated * parameters[layer.ScaleName];
        using Tensor shifted = scaled.Plus(parameters[layer.ShiftName]);
        using Tensor raised = maximum(shifted, parameters[layer.LowestName]);
        return minimum(raised, parameters[layer.HighestName]);
    });
}
