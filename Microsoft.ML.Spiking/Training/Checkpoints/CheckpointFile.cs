using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>The file format of checkpoints; all numbers are little-endian.</summary>
/// <remarks>
/// *** Format ***
/// byte[8]: "SPKCHECK"
/// int32: version
/// byte[32]: SHA-256 of everything that follows
/// int32: length of the state
/// the state: JSON
/// the arrays: the safetensors layout
/// </remarks>
internal static class CheckpointFile
{
    private const int Version = 2; // 1 had another fingerprint of the rows, and no separate format for epochs
    private const int ChecksumAt = 12;
    private const int HeaderLength = ChecksumAt + SHA256.HashSizeInBytes;
    private const int LargestState = 64 << 20; // ten thousand epochs of a hundred layers
    private const string What = "The checkpoint";

    private static readonly JsonSerializerOptions StateOptions = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // a validation loss can be infinite
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private static ReadOnlySpan<byte> Magic => "SPKCHECK"u8;

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="stream">Seekable and empty; stays open.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    public static void Write(Stream stream, Checkpoint checkpoint)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[Magic.Length..], Version);
        stream.Write(header);
        using (var content = new ChecksumStream(stream))
        {
            byte[] state = JsonSerializer.SerializeToUtf8Bytes(checkpoint.State, StateOptions);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, state.Length);
            content.Write(length);
            content.Write(state);
            SafetensorsWriter.Write(content, checkpoint.Arrays);
            content.Checksum().CopyTo(header[ChecksumAt..]);
        }
        stream.Position = 0;
        stream.Write(header);
    }

    /// <summary>Reads a checkpoint that <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Seekable, at its beginning; stays open.</param>
    /// <exception cref="FormatException">It is damaged, no checkpoint, or of another version.</exception>
    public static Checkpoint Read(Stream stream)
    {
        byte[] header = BoundedReading.ReadExactly(stream, HeaderLength, What);
        if (!header.AsSpan().StartsWith(Magic))
        {
            throw new FormatException($"{What} does not begin as a checkpoint does.");
        }
        int version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(Magic.Length));
        if (version != Version)
        {
            throw new FormatException($"{What} has the format version {version}; " +
                $"this version of Microsoft.ML.Spiking reads version {Version}.");
        }
        if (!SHA256.HashData(stream).AsSpan().SequenceEqual(header.AsSpan(ChecksumAt)))
        {
            throw new FormatException($"{What} was changed, damaged or cut short after it was written.");
        }
        stream.Position = HeaderLength;
        CheckpointState state = ReadState(stream);
        IReadOnlyList<WeightArray> arrays = SafetensorsReader.ReadArrays(stream, stream.Length - stream.Position);
        return new(state, arrays);
    }

    private static CheckpointState ReadState(Stream stream)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(BoundedReading.ReadExactly(stream, sizeof(int), What));
        if (length is < 2 or > LargestState || length > stream.Length - stream.Position)
        {
            throw new FormatException(Invariant($"{What} announces a state of {length:N0} bytes."));
        }
        try
        {
            byte[] json = BoundedReading.ReadExactly(stream, length, What);
            return JsonSerializer.Deserialize<CheckpointState>(json, StateOptions)
                ?? throw new FormatException($"{What} has no state.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException)
        {
            throw new FormatException($"{What} has a state that cannot be read: {exception.Message}");
        }
    }
}
