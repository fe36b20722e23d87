using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>y = W x + b: once over T N rows, or once over N rows where the input is constant.</summary>
internal sealed class TorchLinear(Tensor weight, Tensor? bias) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (input.IsConstant)
        {
            return input with { Values = nn.functional.linear(input.Values, weight, bias) };
        }
        using Tensor rows = input.Values.flatten(0, 1); // [T N, inputs]
        using Tensor result = nn.functional.linear(rows, weight, bias);
        return input with { Values = result.unflatten(0, [input.Values.shape[0], input.Values.shape[1]]) };
    }
}
