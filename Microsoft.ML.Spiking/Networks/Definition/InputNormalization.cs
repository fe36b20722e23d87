using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The network's first layer, which normalizes the features: a scale and a shift that are constants, saved with the
/// model and not trained.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RootMeanSquareNormalization), "rootMeanSquare")]
[JsonDerivedType(typeof(ChannelNormalization), "channels")]
[JsonDerivedType(typeof(FeatureNormalization), "features")]
public abstract record InputNormalization
{
    private protected InputNormalization() { }

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal virtual IEnumerable<string> Faults() => [];

    /// <summary>Number of pairs of scale and shift.</summary>
    /// <param name="shape">Of one time step of a row.</param>
    /// <exception cref="NetworkDefinitionException">What is given is for another number of channels.</exception>
    internal abstract int PairsFor(IReadOnlyList<int> shape);
}

/// <summary>
/// Divides all features by one number, their root mean square over the training rows: pixels from 0 to 255, pixels from
/// 0 to 1 and text vectors of length 1 then excite the network alike, and zeros stay zeros. Features of different
/// units, or far from 0, need <see cref="FeatureNormalization"/> or <see cref="ChannelNormalization"/>.
/// </summary>
public sealed record RootMeanSquareNormalization : InputNormalization
{
    internal override int PairsFor(IReadOnlyList<int> shape) => 1;
}
