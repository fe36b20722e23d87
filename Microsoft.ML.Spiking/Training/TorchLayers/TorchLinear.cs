using Microsoft.ML.Spiking.Training.EventProducts;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>
/// y = W x + b: once over T N rows, or once over N rows where the input is constant. An input of mostly zeros is taken by
/// its events.
/// </summary>
internal sealed class TorchLinear(Tensor weight, Tensor? bias) : TorchLayer
{
    private readonly WeightedProduct _product = new(weight, bias, nn.functional.linear);

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) => input.MapRows(rows =>
        pass.ProductType is null && EventLinear.Suits(rows)
            ? EventLinearFunction.Run(rows, weight, bias, new EventLinear(input.GradientReach, rows.requires_grad))
            : _product.Of(rows, pass));
}
