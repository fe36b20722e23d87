using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The main stream of a model in ML.NET's zip: a header of 256 bytes, of which this reads the place of the model's own
/// bytes (at 0x10 and 0x18), its signature (at 0x40, zeros for spaces) and its version (at 0x48).
/// </summary>
/// <param name="Signature">Eight characters that name the kind of model.</param>
/// <param name="Version">The version that wrote it.</param>
/// <param name="Block">The model's own bytes.</param>
internal sealed record MainStream(string Signature, uint Version, byte[] Block)
{
    /// <summary>The name of its entry.</summary>
    public const string Name = "Model.key";

    private const int HeaderLength = 0x100;

    /// <summary>Reads it; null if it is not one.</summary>
    public static MainStream? Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith("ML\0MODEL"u8))
        {
            return null;
        }
        long start = BinaryPrimitives.ReadInt64LittleEndian(bytes[0x10..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes[0x18..]);
        return start < HeaderLength || length < 0 || start > bytes.Length || length > bytes.Length - start
            ? null
            : new(Encoding.Latin1.GetString(bytes.Slice(0x40, 8)).Replace('\0', ' '), BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x48..]),
                bytes.Slice((int)start, (int)length).ToArray());
    }

    /// <summary>Returns the checksum at that place; empty where the model's bytes end before.</summary>
    public ReadOnlySpan<byte> Checksum(int place) => place < 0 || Block.Length < place + ChecksumStream.ChecksumLength
        ? []
        : Block.AsSpan(place, ChecksumStream.ChecksumLength);
}
