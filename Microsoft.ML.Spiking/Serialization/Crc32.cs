using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The CRC-32 of zip files (ISO 3309, polynomial 0xEDB88320), which .NET's zip reader does not compare.
/// </summary>
internal sealed class Crc32
{
    private const int Values = 256, Stride = 8, Fold = 64;

    // Of each byte; then of each byte with one to seven zero bytes behind it, so that eight bytes are taken at once.
    private static readonly uint[] Table = Fill();

    private uint _state = uint.MaxValue;

    /// <summary>Gets the CRC of all bytes so far.</summary>
    public uint Value => ~_state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Pclmulqdq.IsSupported && bytes.Length >= Fold)
        {
            int end = bytes.Length - (bytes.Length % Fold);
            _state = Folded(_state, MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes[..end]));
            bytes = bytes[end..];
        }
        _state = ByTable(_state, bytes);
    }

    /// <summary>
    /// Returns the state behind blocks of 64 bytes. Four remainders of 16 bytes are moved 64 bytes ahead at a time by
    /// carry-less products with powers of x modulo the polynomial, in the end onto the last; V. Gopal et al., "Fast CRC
    /// Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009.
    /// </summary>
    private static uint Folded(uint state, ReadOnlySpan<Vector128<ulong>> data)
    {
        // Of 544 and 480 bits, and of 160 and 96; reflected.
        var by64 = Vector128.Create(0x154442bd4UL, 0x1c6e41596UL);
        var by16 = Vector128.Create(0x1751997d0UL, 0x0ccaa009eUL);
        Vector128<ulong> a = data[0] ^ Vector128.CreateScalar((ulong)state), b = data[1], c = data[2], d = data[3];
        for (data = data[4..]; data.Length >= 4; data = data[4..])
        {
            a = Moved(a, by64) ^ data[0];
            b = Moved(b, by64) ^ data[1];
            c = Moved(c, by64) ^ data[2];
            d = Moved(d, by64) ^ data[3];
        }
        Vector128<ulong> rest = Moved(Moved(Moved(a, by16) ^ b, by16) ^ c, by16) ^ d;
        return ByTable(0, MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<ulong>>(in rest)));
    }

    private static Vector128<ulong> Moved(Vector128<ulong> remainder, Vector128<ulong> powers) =>
        Pclmulqdq.CarrylessMultiply(remainder, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(remainder, powers, 0x11);

    private static uint ByTable(uint state, ReadOnlySpan<byte> bytes)
    {
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
        return state;
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
