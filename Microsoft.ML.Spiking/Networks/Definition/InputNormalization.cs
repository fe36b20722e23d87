using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>
/// What the network's first layer does to the features: a scale and a shift that are constants, saved with the model
/// and not trained.
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
