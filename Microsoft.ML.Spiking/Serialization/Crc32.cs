namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The CRC-32 of zip files (ISO 3309, polynomial 0xEDB88320), which .NET's zip reader does not compare.
/// </summary>
internal sealed class Crc32
{
    private static readonly uint[] Table = Fill();

    private uint _state = uint.MaxValue;

    /// <summary>Gets the CRC of all bytes so far.</summary>
    public uint Value => ~_state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        foreach (byte value in bytes)
        {
            state = Table[(byte)(state ^ value)] ^ (state >> 8);
        }
        _state = state;
    }

    private static uint[] Fill()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }
            table[i] = value;
        }
        return table;
    }
}
