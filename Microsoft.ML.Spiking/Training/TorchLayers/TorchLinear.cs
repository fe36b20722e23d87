using Microsoft.ML.Spiking.Training.EventProducts;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>
/// y = W x + b: once over T N rows, or once over N rows where the input is constant. An input of mostly zeros is taken by
/// its events.
/// </summary>
internal sealed class TorchLinear(Tensor weight, Tensor? bias) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (input.IsConstant)
        {
            return new(Product(input.Values, input), IsConstant: true);
        }
        using Tensor rows = input.Values.flatten(0, 1); // [T N, inputs]
        using Tensor result = Product(rows, input);
        return new(result.unflatten(0, [input.Values.shape[0], input.Values.shape[1]]), IsConstant: false);
    }

    private Tensor Product(Tensor rows, TorchSignal input)
    {
        if (!EventLinear.Suits(rows))
        {
            return nn.functional.linear(rows, weight, bias);
        }
        return EventLinearFunction.Run(rows, weight, bias, new EventLinear(input.Reach, rows.requires_grad));
    }
}
