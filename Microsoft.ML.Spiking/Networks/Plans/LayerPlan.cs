using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// A layer before it is known what arrives at it: what <see cref="LayeredNetwork"/> is made of. Binding it to the data
/// gives a <see cref="Layer"/> with all its sizes.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LinearPlan), "linear")]
[JsonDerivedType(typeof(ConvolutionPlan), "convolution")]
[JsonDerivedType(typeof(BatchNormPlan), "batchNorm")]
[JsonDerivedType(typeof(NeuronPlan), "neuron")]
[JsonDerivedType(typeof(AveragePoolPlan), "averagePool")]
[JsonDerivedType(typeof(MaxPoolPlan), "maxPool")]
[JsonDerivedType(typeof(AdaptiveAveragePoolPlan), "adaptiveAveragePool")]
[JsonDerivedType(typeof(FlattenPlan), "flatten")]
[JsonDerivedType(typeof(DropoutPlan), "dropout")]
[JsonDerivedType(typeof(ResidualPlan), "residual")]
public abstract record LayerPlan
{
    private protected LayerPlan() { }

    /// <summary>The layer for what arrives; null where there is nothing to do.</summary>
    /// <param name="input">What arrives.</param>
    /// <param name="composer">Gives names and what the options say.</param>
    internal abstract Layer? Bind(Signal input, LayerComposer composer);
}
