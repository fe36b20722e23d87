using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Training.Methods;

/// <summary>A teacher as the training sees it.</summary>
internal sealed record TeacherSettings
{
    /// <summary>Gets the network that teaches; null where it is another model.</summary>
    public NetworkDefinition? Network { get; init; }

    /// <summary>Gets the arrays of <see cref="Network"/>.</summary>
    public NetworkWeights? Weights { get; init; }

    /// <summary>Gets the model that teaches; null where it is a network.</summary>
    public ITeacherModel? Other { get; init; }

    public required double FeatureWeight { get; init; }
    public required double LogitWeight { get; init; }
    public required double Temperature { get; init; }
    public required double Blur { get; init; }

    /// <summary>Gets whether anything is learned from it.</summary>
    public bool Teaches => LogitWeight > 0 || FeatureWeight > 0;

    /// <summary>Returns all that decides what is learned from it.</summary>
    public string Identity()
    {
        string model = Network is null ? Other!.Identity : Convert.ToHexString(Checksum(Network, Weights!));
        return Invariant($"{model} {FeatureWeight:R} {LogitWeight:R} {Temperature:R} {Blur:R}");
    }

    private static byte[] Checksum(NetworkDefinition network, NetworkWeights weights)
    {
        using var stream = new ChecksumStream(Stream.Null);
        stream.Write(DefinitionJson.Write(network));
        SafetensorsWriter.Write(stream, weights);
        return stream.Checksum();
    }
}
