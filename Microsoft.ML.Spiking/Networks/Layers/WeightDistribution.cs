using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>What the weights of a layer are before training.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WeightDistribution>))]
public enum WeightDistribution
{
    /// <summary>Uniform within 1/sqrt(values that an output sums): PyTorch's default.</summary>
    Uniform,

    /// <summary>
    /// Normal with deviation sqrt(2 / outputs that an input reaches): He et al., "Delving Deep into Rectifiers", ICCV
    /// 2015, in the mode that keeps the gradients' size. The CLIF authors' choice for all convolutions.
    /// </summary>
    FanOutNormal,

    /// <summary>Normal with deviation 0.01: the CLIF authors' choice for the readout of their VGG networks.</summary>
    SmallNormal,
}
