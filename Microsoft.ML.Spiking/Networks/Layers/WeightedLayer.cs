using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>A layer that is linear in what arrives: it has a weight and, perhaps, a bias.</summary>
public abstract class WeightedLayer : Layer
{
    private protected WeightedLayer(string name, bool hasBias) : base(name) => HasBias = hasBias;

    /// <summary>Gets whether a bias is added.</summary>
    public bool HasBias { get; }

    /// <summary>Gets how the weights are initialized. Default <see cref="WeightDistribution.Uniform"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public WeightDistribution InitialWeights { get; internal init; }

    /// <summary>
    /// Gets whether the biases are 0 before training; else they are uniform within 1/sqrt(values that an output sums).
    /// Default <see langword="false"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ZeroBias { get; internal init; }

    internal string WeightName => $"{Name}.weight";

    internal string BiasName => $"{Name}.bias";

    internal abstract IReadOnlyList<int> WeightShape { get; }

    /// <summary>Gets the number of values that an output sums.</summary>
    internal long FanIn => WeightShape.Skip(1).Aggregate(1L, (product, length) => checked(product * length));

    /// <summary>Gets the number of outputs that an input reaches, as PyTorch counts them: without groups.</summary>
    internal long FanOut =>
        WeightShape[0] * WeightShape.Skip(2).Aggregate(1L, (product, length) => checked(product * length));

    internal override IEnumerable<ParameterSpec> Parameters
    {
        get
        {
            yield return new(WeightName, WeightShape, ParameterRole.Weight);
            if (HasBias)
            {
                yield return new(BiasName, [WeightShape[0]], ParameterRole.Bias);
            }
        }
    }

    private protected override void CheckArrays(Signal input)
    {
        if (Parameters.FirstOrDefault(spec => spec.Size > NetworkLimits.MostWeights) is { } large)
        {
            throw Fault($"its array '{Quotation.Of(large.Name)}' has the shape {Shapes.Text(large.Shape)}, " +
                Invariant($"{Shapes.Product(large.Size, sizeof(float)):N0} bytes; an array must stay below 2 GiB. ") +
                Advice(input));
        }
    }

    /// <summary>Says what to lower where an array is too large.</summary>
    private protected abstract string Advice(Signal input);

    /// <summary>
    /// A weighted sum of what is the same at every step is the same at every step; anything else is graded.
    /// </summary>
    private protected static SignalKind Summed(SignalKind kind) =>
        kind == SignalKind.Constant ? SignalKind.Constant : SignalKind.Graded;
}

/// <summary>The distribution of a layer's weights before training.</summary>
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
