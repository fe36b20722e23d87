using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>A convolution or linear product in the precision that the pass asks for.</summary>
/// <param name="weight">In the precision in which it is trained.</param>
/// <param name="bias">Likewise, or null.</param>
/// <param name="product">Of rows, weight and bias.</param>
internal sealed class WeightedProduct(Tensor weight, Tensor? bias, Func<Tensor, Tensor, Tensor?, Tensor> product)
{
    /// <summary>The product, in the type of the rows.</summary>
    public Tensor Of(Tensor rows, ForwardPass pass)
    {
        if (pass.ProductType is not ScalarType type)
        {
            return product(rows, weight, bias);
        }
        using Tensor roundedRows = rows.to_type(type);
        using Tensor roundedWeight = weight.to_type(type);
        using Tensor? roundedBias = bias?.to_type(type);
        using Tensor result = product(roundedRows, roundedWeight, roundedBias);
        return result.to_type(rows.dtype);
    }
}
