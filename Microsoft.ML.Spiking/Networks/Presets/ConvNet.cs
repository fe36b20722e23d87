using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A small convolutional network for images of about 28x28 to 32x32, which a processor trains in minutes: for each
/// number of channels a 3x3 convolution, batch normalization, neurons and a 2x2 average pooling; then dropout and the
/// readout.
/// </summary>
public sealed record ConvNet : NetworkTemplate
{
    private const int MostChannels = 65_536;

    /// <summary>Creates the template with 32 and 64 channels.</summary>
    public ConvNet() : this(32, 64) { }

    /// <summary>Creates the template.</summary>
    /// <param name="channels">
    /// Channels of each convolution, at least one, each from 1 to 65,536. Every convolution halves height and width.
    /// </param>
    [JsonConstructor]
    public ConvNet(params IReadOnlyList<int> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        Channels = [.. channels];
    }

    /// <summary>Gets the channels of each convolution.</summary>
    public IReadOnlyList<int> Channels { get; }

    /// <inheritdoc/>
    public bool Equals(ConvNet? other) => other is not null && Channels.SequenceEqual(other.Channels);

    /// <inheritdoc/>
    public override int GetHashCode() => Channels.Aggregate(17, HashCode.Combine);

    internal override IEnumerable<string> Faults()
    {
        if (Channels.Count == 0 || Channels.Any(count => count is < 1 or > MostChannels))
        {
            yield return $"{nameof(ConvNet)}.{nameof(Channels)} is [{string.Join(", ", Channels)}]; " +
                "it needs at least one convolution, each of 1 to 65,536 channels.";
        }
    }

    private protected override IEnumerable<LayerPlan> Plan()
    {
        foreach (int channels in Channels)
        {
            yield return new ConvolutionPlan(channels, Kernel: 3, Stride: 1, Padding: 1);
            yield return new BatchNormPlan();
            yield return new NeuronPlan();
            yield return new AveragePoolPlan(Kernel: 2, Stride: 2);
        }
        yield return new FlattenPlan();
        yield return new DropoutPlan();
    }
}
