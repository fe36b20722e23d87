using System.Buffers.Binary;
using System.Numerics;

namespace Microsoft.ML.Spiking.Events.Tests;

/// <summary>SHA3-224 (FIPS 202), the hash of the expected values, which .NET lacks.</summary>
internal static class Sha3
{
    private const int Rate = 144;

    private static readonly int[] Rotations =
        [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    private static readonly int[] Lanes =
        [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    public static string Hash(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[25];
        while (data.Length >= Rate)
        {
            Absorb(state, data[..Rate]);
            data = data[Rate..];
        }
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x06;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        Span<byte> digest = stackalloc byte[32];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(digest[(8 * i)..], state[i]);
        }
        return Convert.ToHexStringLower(digest[..28]);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < Rate / 8; i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }
        byte register = 1;
        for (int round = 0; round < 24; round++)
        {
            Permute(state);
            for (int j = 0; j < 7; j++)
            {
                state[0] ^= (ulong)(register & 1) << ((1 << j) - 1);
                register = (byte)((register << 1) ^ ((register >> 7) * 0x71));
            }
        }
    }

    private static void Permute(Span<ulong> state)
    {
        Span<ulong> column = stackalloc ulong[5];
        for (int x = 0; x < 5; x++)
        {
            column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
        }
        for (int i = 0; i < 25; i++)
        {
            state[i] ^= column[(i + 4) % 5] ^ BitOperations.RotateLeft(column[(i + 1) % 5], 1);
        }
        ulong moved = state[1];
        for (int i = 0; i < 24; i++)
        {
            (moved, state[Lanes[i]]) = (state[Lanes[i]], BitOperations.RotateLeft(moved, Rotations[i]));
        }
        for (int y = 0; y < 25; y += 5)
        {
            state.Slice(y, 5).CopyTo(column);
            for (int x = 0; x < 5; x++)
            {
                state[y + x] = column[x] ^ (~column[(x + 1) % 5] & column[(x + 2) % 5]);
            }
        }
    }
}
