using System.Buffers.Binary;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Plain;

/// <summary>The header of an Event Stream file.</summary>
internal enum EventStreamKind : byte
{
    Generic = 0,
    Dvs = 1,
    Atis = 2,
    Color = 4,
}

/// <summary>
/// The beginning of an Event Stream file, little-endian: "Event Stream", a version in three bytes, the kind in one and,
/// unless that is generic, width and height in 16 bits each.
/// </summary>
internal readonly record struct EventStreamHeader(EventStreamKind Kind, int Width, int Height)
{
    public const int ShortSize = 16;
    public const int Size = 20;

    public static ReadOnlySpan<byte> Signature => "Event Stream"u8;

    public static EventStreamHeader Read(ByteSource source)
    {
        ReadOnlySpan<byte> bytes = source.Fill(Size);
        bool isGeneric = bytes.Length >= ShortSize && bytes[15] == (byte)EventStreamKind.Generic;
        if (!bytes.StartsWith(Signature) || bytes.Length < (isGeneric ? ShortSize : Size))
        {
            throw source.Fault("The header of an Event Stream file is missing or cut off; the file holds no events.");
        }
        if (bytes[12] != 2)
        {
            throw source.Fault($"The Event Stream file is of version {bytes[12]}; version 2 can be read.",
                distance: 12);
        }
        var kind = (EventStreamKind)bytes[15];
        if (!Enum.IsDefined(kind))
        {
            throw source.Fault($"The Event Stream file is of kind {bytes[15]}; kinds 0 (generic), 1 (DVS), 2 (ATIS) " +
                "and 4 (color) " +
                "can be read.", distance: 15);
        }
        var header = new EventStreamHeader(kind,
            isGeneric ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]),
            isGeneric ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]));
        source.Advance(isGeneric ? ShortSize : Size);
        return header;
    }
}
