using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>y = W x + b: once over T N rows, or once over N rows where the input is constant.</summary>
internal sealed class TorchLinear(Tensor weight, Tensor? bias) : TorchLayer
{
    private readonly WeightedProduct _product = new(weight, bias, nn.functional.linear);

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        input.MapRows(rows => _product.Of(rows, pass));
}
