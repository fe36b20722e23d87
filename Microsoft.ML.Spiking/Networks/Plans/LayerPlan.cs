using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks.Plans;

/// <summary>A layer of a template, before the sizes of what arrives at it are known.</summary>
/// <remarks>
/// Plans and layers both exist because a template is written once, for data of any shape, while training and scoring
/// walk a network in which every size is known. A plan holds what a user says (32 channels); binding adds what the data
/// says (3 channels arrive) and may leave a plan out (dropout of rate 0). So no layer has sizes that may be missing.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LinearPlan), "linear")]
[JsonDerivedType(typeof(ConvolutionPlan), "convolution")]
[JsonDerivedType(typeof(BatchNormPlan), "batchNorm")]
[JsonDerivedType(typeof(NeuronPlan), "neuron")]
[JsonDerivedType(typeof(RecurrentPlan), "recurrent")]
[JsonDerivedType(typeof(GatedRecurrentPlan), "gatedRecurrent")]
[JsonDerivedType(typeof(FeedbackPlan), "feedback")]
[JsonDerivedType(typeof(AveragePoolPlan), "averagePool")]
[JsonDerivedType(typeof(MaxPoolPlan), "maxPool")]
[JsonDerivedType(typeof(AdaptiveAveragePoolPlan), "adaptiveAveragePool")]
[JsonDerivedType(typeof(FlattenPlan), "flatten")]
[JsonDerivedType(typeof(DropoutPlan), "dropout")]
[JsonDerivedType(typeof(ResidualPlan), "residual")]
internal abstract record LayerPlan
{
    /// <summary>Returns the layer for the signal that arrives; null where there is nothing to do.</summary>
    /// <param name="input">The signal that arrives.</param>
    /// <param name="composer">Gives names and the options' values.</param>
    public abstract Layer? Bind(Signal input, LayerComposer composer);
}

/// <summary>A plan of a layer with a weight and, perhaps, a bias; see <see cref="WeightedLayer"/>.</summary>
internal abstract record WeightedPlan(bool HasBias) : LayerPlan
{
    public WeightDistribution InitialWeights { get; init; }

    public bool ZeroBias { get; init; }
}

/// <summary>A <see cref="LinearLayer"/> over all that arrives, which must be a vector.</summary>
internal sealed record LinearPlan(int Outputs, bool HasBias = true) : WeightedPlan(HasBias)
{
    public override Layer Bind(Signal input, LayerComposer composer) => Bind(input, composer.Name("fc"));

    public Layer Bind(Signal input, string name) => new LinearLayer(name, input.Size, Outputs, HasBias)
    {
        InitialWeights = InitialWeights,
        ZeroBias = ZeroBias,
    };
}

/// <summary>A <see cref="ConvolutionLayer"/> over all channels that arrive.</summary>
internal sealed record ConvolutionPlan(
    int Channels, Extent Kernel, Extent Stride, Extent Padding, int Groups = 1, bool HasBias = true)
    : WeightedPlan(HasBias)
{
    public override Layer Bind(Signal input, LayerComposer composer) =>
        new ConvolutionLayer(composer.Name("conv"), input.Shape[0], Channels, Kernel, Stride, Padding, Groups, HasBias)
        {
            InitialWeights = InitialWeights,
            ZeroBias = ZeroBias,
        };
}

/// <summary>A <see cref="BatchNormLayer"/> for the channels that arrive, in the options' mode.</summary>
internal sealed record BatchNormPlan : LayerPlan
{
    public override Layer Bind(Signal input, LayerComposer composer) =>
        new BatchNormLayer(composer.Name("norm"), input.Shape[0], composer.Binding.BatchNorm);
}

/// <summary>A <see cref="NeuronLayer"/>.</summary>
/// <param name="Neuron">The neuron; null for that of the options.</param>
internal sealed record NeuronPlan(NeuronDefinition? Neuron = null) : LayerPlan
{
    public override Layer Bind(Signal input, LayerComposer composer) =>
        new NeuronLayer(composer.Name("neuron"), Neuron ?? composer.Binding.Neuron);
}

/// <summary>A <see cref="RecurrentLayer"/> of as many neurons as values arrive.</summary>
/// <param name="Neuron">The neuron; null for that of the options.</param>
internal sealed record RecurrentPlan(NeuronDefinition? Neuron = null) : LayerPlan
{
    public override Layer Bind(Signal input, LayerComposer composer) =>
        new RecurrentLayer(composer.Name("recurrent"), input.Size, Neuron ?? composer.Binding.Neuron);
}

/// <summary>A <see cref="GatedRecurrentLayer"/> over all that arrives, which must be a vector.</summary>
internal sealed record GatedRecurrentPlan(
    int Outputs, int OutputBits, int Threshold, bool HasRecurrentWeights = true) : LayerPlan
{
    public override Layer Bind(Signal input, LayerComposer composer) => new GatedRecurrentLayer(
        composer.Name("gated"), input.Size, Outputs, OutputBits, Threshold, HasRecurrentWeights);
}

/// <summary>A <see cref="FeedbackLayer"/> of as many neurons as values arrive.</summary>
internal sealed record FeedbackPlan(double Threshold, double Leak, bool IsAtEquilibrium) : LayerPlan
{
    public override Layer Bind(Signal input, LayerComposer composer) =>
        new FeedbackLayer(composer.Name("feedback"), input.Size, Threshold, Leak, IsAtEquilibrium);
}

/// <summary>An <see cref="AveragePoolLayer"/>.</summary>
internal sealed record AveragePoolPlan(Extent Kernel, Extent Stride) : LayerPlan
{
    public override Layer Bind(Signal input, LayerComposer composer) =>
        new AveragePoolLayer(composer.Name("pool"), Kernel, Stride);
}

/// <summary>A <see cref="MaxPoolLayer"/>.</summary>
internal sealed record MaxPoolPlan(Extent Kernel, Extent Stride, Extent Padding) : LayerPlan
{
    public override Layer Bind(Signal input, LayerComposer composer) =>
        new MaxPoolLayer(composer.Name("pool"), Kernel, Stride, Padding);
}

/// <summary>An <see cref="AdaptiveAveragePoolLayer"/>.</summary>
internal sealed record AdaptiveAveragePoolPlan(Extent Output) : LayerPlan
{
    public override Layer Bind(Signal input, LayerComposer composer) =>
        new AdaptiveAveragePoolLayer(composer.Name("pool"), Output);
}

/// <summary>A <see cref="FlattenLayer"/>; nothing where a vector arrives.</summary>
internal sealed record FlattenPlan : LayerPlan
{
    public override Layer? Bind(Signal input, LayerComposer composer) =>
        input.Shape.Count == 1 ? null : new FlattenLayer(composer.Name("flatten"));
}

/// <summary>A <see cref="DropoutLayer"/>; nothing where the rate is 0.</summary>
/// <param name="Rate">The part that is dropped; null for that of the options.</param>
internal sealed record DropoutPlan(double? Rate = null) : LayerPlan
{
    public override Layer? Bind(Signal input, LayerComposer composer)
    {
        double rate = Rate ?? composer.Binding.Dropout;
        return rate == 0 ? null : new DropoutLayer(composer.Name("dropout"), rate);
    }
}

/// <summary>A <see cref="ResidualLayer"/>: a main path and a shortcut, whose ends are added.</summary>
/// <param name="Main">The main path; at least one layer.</param>
/// <param name="Shortcut">The shortcut; without layers it hands on what arrives.</param>
internal sealed record ResidualPlan(IReadOnlyList<LayerPlan> Main, IReadOnlyList<LayerPlan> Shortcut) : LayerPlan
{
    public bool Equals(ResidualPlan? other) =>
        other is not null && Main.SequenceEqual(other.Main) && Shortcut.SequenceEqual(other.Shortcut);

    public override int GetHashCode() => Main.Concat(Shortcut).Aggregate(17, HashCode.Combine);

    public override Layer Bind(Signal input, LayerComposer composer)
    {
        string name = composer.Name("residual");
        return new ResidualLayer(name, composer.Bind(Main, input, out _), composer.Bind(Shortcut, input, out _));
    }
}
