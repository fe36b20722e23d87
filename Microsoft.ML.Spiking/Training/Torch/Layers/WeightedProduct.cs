using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>A convolution or linear product in the precision of the pass.</summary>
/// <param name="weight">The trained weight, in its own precision.</param>
/// <param name="bias">The trained bias, or null.</param>
/// <param name="product">Computes the product of rows, weight and bias.</param>
/// <param name="isBiasAbsorbed">
/// Whether it leaves out the bias in passes of <see cref="TorchBatchNorm.Absorbs"/>; see <see cref="AbsorbedBiases"/>.
/// </param>
internal sealed class WeightedProduct(Tensor weight, Tensor? bias, Func<Tensor, Tensor, Tensor?, Tensor> product,
    bool isBiasAbsorbed = false)
{
    /// <summary>
    /// Computes the product, in the type of the rows or, where the pass keeps it, in that of products.
    /// </summary>
    public Tensor Of(Tensor rows, ForwardPass pass)
    {
        Tensor? added = AddedBias(pass);
        if (pass.ProductType is not ScalarType type)
        {
            return product(rows, weight, added);
        }
        using Tensor roundedRows = pass.KeepsProductType ? Arrange(rows, type) : rows.to_type(type);
        if (pass is { KeepsProductType: true, Rounded: { } rounded })
        {
            return product(roundedRows, rounded.Of(weight), added is null ? null : rounded.Of(added));
        }
        using Tensor roundedWeight = weight.to_type(type);
        using Tensor? roundedBias = added?.to_type(type);
        Tensor result = product(roundedRows, roundedWeight, roundedBias);
        if (pass.KeepsProductType)
        {
            return result;
        }
        using (result)
        {
            return result.to_type(rows.dtype);
        }
    }

    /// <summary>Returns the bias that is added in a pass; null for none.</summary>
    public Tensor? AddedBias(ForwardPass pass) => isBiasAbsorbed && TorchBatchNorm.Absorbs(pass) ? null : bias;

    /// <summary>Returns the rows in that type, images with channels innermost: a copy of the input alone.</summary>
    public static Tensor Arrange(Tensor rows, ScalarType type)
    {
        bool isArranged = rows.dim() != 4 || MemoryOrder.Has(rows, MemoryOrder.ChannelsLast(rows.Lengths()));
        if (isArranged)
        {
            return rows.to_type(type);
        }
        if (!rows.requires_grad)
        {
            long[] shape = rows.Lengths();
            return empty_strided(shape, MemoryOrder.ChannelsLast(shape), type, rows.device).copy_(rows);
        }
        using DisposeScope scope = NewDisposeScope();
        return rows.to_type(type).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

/// <summary>y = W x + b: once over T N rows, or once over N rows where the input is constant.</summary>
/// <param name="weight">[outputs, inputs].</param>
/// <param name="bias">[outputs], or null.</param>
/// <param name="isBiasAbsorbed">See <see cref="WeightedProduct"/>.</param>
internal sealed class TorchLinear(Tensor weight, Tensor? bias, bool isBiasAbsorbed = false) : TorchLayer
{
    private readonly WeightedProduct _product = new(weight, bias, nn.functional.linear, isBiasAbsorbed);

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        input.MapRows(rows => _product.Of(rows, pass));
}

/// <summary>A convolution: once over T N images, or once over N images where the input is constant.</summary>
/// <param name="layer">Stride, padding and groups.</param>
/// <param name="weight">[output channels, input channels / groups, kernel height, kernel width].</param>
/// <param name="bias">[output channels], or null.</param>
/// <param name="isBiasAbsorbed">See <see cref="WeightedProduct"/>.</param>
/// <param name="ofSpikes">
/// Returns the operation that it is in a pass of <see cref="ForwardPass.HalvesWeightGradients"/>; null where it does
/// not see spikes.
/// </param>
internal sealed class TorchConvolution(ConvolutionLayer layer, Tensor weight, Tensor? bias,
    bool isBiasAbsorbed = false, Func<HalfWeightOperation>? ofSpikes = null) : TorchLayer
{
    private readonly WeightedProduct _product = new(weight, bias, Product(layer), isBiasAbsorbed);

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (!pass.HalvesWeightGradients || ofSpikes is null || _product.AddedBias(pass) is not null)
        {
            return input.MapRows(images => _product.Of(images, pass));
        }
        return input.MapRows(images =>
        {
            using Tensor arranged = WeightedProduct.Arrange(images, ScalarType.Float32);
            using Tensor? halves = input.HalvesOf(arranged);
            return ofSpikes().Run(arranged, pass.Rounded?.Of(weight) ?? weight, halves);
        });
    }

    private static Func<Tensor, Tensor, Tensor?, Tensor> Product(ConvolutionLayer layer)
    {
        long[] stride = [layer.Stride.Height, layer.Stride.Width];
        long[] padding = [layer.Padding.Height, layer.Padding.Width];
        return (images, weight, bias) =>
            nn.functional.conv2d(images, weight, bias, stride, padding, groups: layer.Groups);
    }
}
