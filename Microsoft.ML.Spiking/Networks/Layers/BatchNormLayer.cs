using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// Batch normalization: y = weight (x - mean) / sqrt(variance + epsilon) + bias for each channel, which is the first
/// length of the arriving shape: [channels] or [channels, height, width]. In training mean and variance are the
/// batch's; at scoring they are the running ones, so that the layer is a multiplication and an addition.
/// Arrays: weight, bias, running_mean and running_var, [channels] each.
/// </summary>
/// <remarks>
/// Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015. The running variance is the unbiased one, as in
/// PyTorch.
/// </remarks>
public sealed class BatchNormLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="channels">The first length of the arriving shape; at least 1.</param>
    /// <param name="mode">Over what the statistics are taken in training.</param>
    /// <param name="epsilon">Added to the variance; greater than 0. Default 1e-5.</param>
    /// <param name="momentum">
    /// How far the running statistics move to each new one, greater than 0, at most 1. Default 0.1.
    /// </param>
    internal BatchNormLayer(string name, int channels, BatchNormMode mode = BatchNormMode.PerTimeStep,
        double epsilon = 1e-5, double momentum = 0.1) : base(name)
    {
        Channels = channels;
        Mode = mode;
        Epsilon = epsilon;
        Momentum = momentum;
    }

    /// <summary>Gets the first length of the arriving shape.</summary>
    public int Channels { get; }

    /// <summary>Gets over what the statistics are taken in training.</summary>
    public BatchNormMode Mode { get; }

    /// <summary>Gets the constant that is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Gets how far the running statistics move towards each new one.</summary>
    public double Momentum { get; }

    internal string WeightName => $"{Name}.weight";

    internal string BiasName => $"{Name}.bias";

    internal string MeanName => $"{Name}.running_mean";

    internal string VarianceName => $"{Name}.running_var";

    internal override IEnumerable<ParameterSpec> Parameters =>
    [
        new(WeightName, [Channels], ParameterRole.Normalization),
        new(BiasName, [Channels], ParameterRole.Normalization),
        new(MeanName, [Channels], ParameterRole.Buffer),
        new(VarianceName, [Channels], ParameterRole.Buffer),
    ];

    private bool IsPossible => Channels >= 1 && Mode is BatchNormMode.PerTimeStep or BatchNormMode.AcrossTime
        && Epsilon > 0 && double.IsFinite(Epsilon) && Momentum is > 0 and <= 1;

    private protected override Signal OutputFor(Signal input)
    {
        if (!IsPossible)
        {
            throw Fault(Invariant($"{Channels} channels, mode {Mode}, epsilon {Epsilon} and momentum {Momentum} are ") +
                "not possible; at least 1 channel, an epsilon greater than 0 and a momentum greater than 0 and at " +
                "most 1 are needed.");
        }
        if (input.Shape.Count is not (1 or 3) || input.Shape[0] != Channels)
        {
            throw Fault(
                $"expects {Channels} channels, [{Channels}] or [{Channels}, height, width], and is given {input}.");
        }
        return input.IsConstant ? input : input with { Kind = SignalKind.Graded };
    }
}

/// <summary>The values over which a batch normalization takes its statistics in training.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BatchNormMode>))]
public enum BatchNormMode
{
    /// <summary>
    /// The rows of each time step separately; the running statistics move once for each time step. As the CLIF authors'
    /// code does.
    /// </summary>
    PerTimeStep,

    /// <summary>The rows of all time steps together; the running statistics move once for each batch.</summary>
    AcrossTime,
}
