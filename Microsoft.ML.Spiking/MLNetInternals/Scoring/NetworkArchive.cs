using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;


namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>
/// A network in ML.NET's zip: the definition and the weights as entries of their own, their SHA-256 in the model's main
/// stream, so that no changed byte goes unnoticed.
/// </summary>
internal static class NetworkArchive
{
    /// <summary>Writes the network.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(
        ModelSaveContext context, NetworkDefinition network, NetworkWeights weights, EarlyExit? exit)
    {
        // *** Binary format of the main stream ***
        // byte[32]: SHA-256 of the entry Network.json
        // byte[32]: SHA-256 of the entry Weights.safetensors
        byte[] definitionChecksum = SaveEntry(context, ModelFormat.DefinitionEntry, stream => stream.Write(
            DefinitionJson.Write(network, ModelFormat.VersionOf(weights), exit)));
        byte[] weightsChecksum = SaveEntry(
            context, ModelFormat.WeightsEntry, stream => SafetensorsWriter.Write(stream, weights));
        context.Writer.Write(definitionChecksum);
        context.Writer.Write(weightsChecksum);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The zip is damaged, or was written by a newer version.</exception>
    public static (NetworkDefinition Network, NetworkWeights Weights, EarlyExit? Exit) Load(ModelLoadContext context)
    {
        byte[] definitionChecksum = context.Reader.ReadBytes(ChecksumStream.ChecksumLength);
        byte[] weightsChecksum = context.Reader.ReadBytes(ChecksumStream.ChecksumLength);
        (NetworkDefinition network, EarlyExit? exit) = LoadEntry(context, ModelFormat.DefinitionEntry,
            definitionChecksum, (stream, _) => new LoadedDefinition(DefinitionJson.ReadModel(stream))).Content;
        NetworkWeights weights = LoadEntry(context, ModelFormat.WeightsEntry, weightsChecksum,
            (stream, length) => SafetensorsReader.Read(stream, network, length));
        return (network, weights, exit);
    }

    private static byte[] SaveEntry(ModelSaveContext context, string name, Action<Stream> write)
    {
        byte[] checksum = [];
        try
        {
            context.SaveBinaryStream(name, writer =>
            {
                using var stream = new ChecksumStream(writer.BaseStream);
                write(stream);
                checksum = stream.Checksum();
            });
        }
        catch (IOException exception)
        {
            throw new IOException(
                $"The model was not saved: its entry '{name}' could not be written: {exception.Message}", exception);
        }
        return checksum;
    }

    private static T LoadEntry<T>(ModelLoadContext context, string name, byte[] checksum, Func<Stream, long?, T> read)
        where T : class
    {
        T? content = null;
        bool found = context.TryLoadBinaryStream(name, reader =>
        {
            long? length = reader.BaseStream.CanSeek ? reader.BaseStream.Length : null;
            using var stream = new ChecksumStream(reader.BaseStream);
            content = read(stream, length);
            if (!stream.Checksum().AsSpan().SequenceEqual(checksum))
            {
                throw ModelFormat.Changed(name);
            }
        });
        return found ? content! : throw new FormatException($"The model has no entry '{name}'; the file is damaged.");
    }

    private sealed record LoadedDefinition((NetworkDefinition Network, EarlyExit? Exit) Content);
}
