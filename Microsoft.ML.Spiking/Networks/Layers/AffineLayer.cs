using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// y = scale x + shift with constants that are not trained, one pair for each channel (the first length of the shape)
/// or one for all values. Arrays: scale and shift, [channels] each.
/// </summary>
public sealed class AffineLayer : Layer
{
    /// <summary>The name of the layer that normalizes the input.</summary>
    internal const string InputName = "input";

    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="channels">
    /// The first length of the arriving shape, or 1 for one pair of constants for all values.
    /// </param>
    internal AffineLayer(string name, int channels) : base(name) => Channels = channels;

    /// <summary>Gets the number of pairs of constants.</summary>
    public int Channels { get; }

    internal string ScaleName => $"{Name}.scale";

    internal string ShiftName => $"{Name}.shift";

    internal override IEnumerable<ParameterSpec> Parameters =>
        [new(ScaleName, [Channels], ParameterRole.Buffer), new(ShiftName, [Channels], ParameterRole.Buffer)];

    private protected override Signal OutputFor(Signal input)
    {
        if (Channels != 1 && Channels != input.Shape[0])
        {
            throw Fault($"has constants for {Channels} channels and is given {input}.");
        }
        return input.IsConstant ? input : input with { Kind = SignalKind.Graded };
    }
}
