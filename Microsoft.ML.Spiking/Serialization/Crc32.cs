using System.Buffers.Binary;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The CRC-32 of zip files (ISO 3309, polynomial 0xEDB88320), which .NET's zip reader does not compare.
/// </summary>
internal sealed class Crc32
{
    private const int Values = 256, Stride = 8;

    // Of each byte; then of each byte with one to seven zero bytes behind it, so that eight bytes are taken at once.
    private static readonly uint[] Table = Fill();

    private uint _state = uint.MaxValue;

    /// <summary>Gets the CRC of all bytes so far.</summary>
    public uint Value => ~_state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        ReadOnlySpan<uint> table = Table;
        for (; bytes.Length >= Stride; bytes = bytes[Stride..])
        {
            uint first = state ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            uint second = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            state = table[(7 * Values) + (byte)first] ^ table[(6 * Values) + (byte)(first >> 8)]
                ^ table[(5 * Values) + (byte)(first >> 16)] ^ table[(4 * Values) + (byte)(first >> 24)]
                ^ table[(3 * Values) + (byte)second] ^ table[(2 * Values) + (byte)(second >> 8)]
                ^ table[Values + (byte)(second >> 16)] ^ table[(byte)(second >> 24)];
        }
        foreach (byte value in bytes)
        {
            state = table[(byte)(state ^ value)] ^ (state >> 8);
        }
        _state = state;
    }

    private static uint[] Fill()
    {
        uint[] table = new uint[Stride * Values];
        for (uint i = 0; i < Values; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }
            table[i] = value;
        }
        for (int i = Values; i < table.Length; i++)
        {
            uint before = table[i - Values];
            table[i] = table[(byte)before] ^ (before >> 8);
        }
        return table;
    }
}
