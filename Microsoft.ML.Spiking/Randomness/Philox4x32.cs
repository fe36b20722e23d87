using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Spiking.Randomness;

/// <summary>
/// The counter-based generator Philox4x32-10: 128 random bits are a pure function of a 128-bit counter and a 64-bit
/// key, so any thread can compute any number of any stream directly, in any order.
/// </summary>
/// <remarks>
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
/// </remarks>
internal static class Philox4x32
{
    private const int Rounds = 10;
    private const int BlocksAtOnce = 4;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9; // golden ratio
    private const uint Weyl1 = 0xBB67AE85; // sqrt(3) - 1

    /// <summary>Returns the four words for that counter and key.</summary>
    public static PhiloxBlock Generate(PhiloxBlock counter, uint key0, uint key1)
    {
        (uint c0, uint c1, uint c2, uint c3) = counter;
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ key0;
            c2 = (uint)(product0 >> 32) ^ c3 ^ key1;
            c1 = (uint)product1;
            c3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }
        return new(c0, c1, c2, c3);
    }

    /// <summary>Fills whole blocks, as <see cref="Generate"/> does for each counter from the first one on.</summary>
    /// <param name="first">The counter of the first block; its first word counts up and must not overflow.</param>
    /// <param name="key0">The key's first word.</param>
    /// <param name="key1">The key's second word.</param>
    /// <param name="words">Takes the blocks; its length is a multiple of 4.</param>
    public static void Fill(PhiloxBlock first, uint key0, uint key1, Span<uint> words)
    {
        Span<PhiloxBlock> blocks = MemoryMarshal.Cast<uint, PhiloxBlock>(words);
        int done = 0;
        if (Avx2.IsSupported)
        {
            for (; done <= blocks.Length - BlocksAtOnce; done += BlocksAtOnce)
            {
                FourBlocks(first with { Word0 = first.Word0 + (uint)done }, key0, key1, words[(4 * done)..]);
            }
        }
        for (; done < blocks.Length; done++)
        {
            blocks[done] = Generate(first with { Word0 = first.Word0 + (uint)done }, key0, key1);
        }
    }

    // Each word has the lower half of a lane of 64 bits to itself; nothing reads the upper half.
    private static void FourBlocks(PhiloxBlock first, uint key0, uint key1, Span<uint> words)
    {
        Vector256<uint> multiplier0 = Vector256.Create(Multiplier0), multiplier1 = Vector256.Create(Multiplier1);
        Vector256<ulong> c0 = Vector256.Create((ulong)first.Word0) + Vector256.Create(0ul, 1, 2, 3);
        Vector256<ulong> c1 = Vector256.Create((ulong)first.Word1), c2 = Vector256.Create((ulong)first.Word2),
            c3 = Vector256.Create((ulong)first.Word3);
        for (int round = 0; round < Rounds; round++)
        {
            Vector256<ulong> product0 = Avx2.Multiply(c0.AsUInt32(), multiplier0);
            Vector256<ulong> product1 = Avx2.Multiply(c2.AsUInt32(), multiplier1);
            c0 = Vector256.ShiftRightLogical(product1, 32) ^ c1 ^ Vector256.Create((ulong)key0);
            c2 = Vector256.ShiftRightLogical(product0, 32) ^ c3 ^ Vector256.Create((ulong)key1);
            c1 = product1;
            c3 = product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }
        Vector256<ulong> lower = Vector256.Create(0xFFFFFFFFul);
        Vector256<ulong> front = (c0 & lower) | Vector256.ShiftLeft(c1, 32); // words 0 and 1 of each block
        Vector256<ulong> back = (c2 & lower) | Vector256.ShiftLeft(c3, 32);
        Vector256<ulong> even = Avx2.UnpackLow(front, back), odd = Avx2.UnpackHigh(front, back); // blocks 0, 2; 1, 3
        Avx2.Permute2x128(even, odd, 0x20).AsUInt32().CopyTo(words);
        Avx2.Permute2x128(even, odd, 0x31).AsUInt32().CopyTo(words[8..]);
    }
}

/// <summary>Four 32-bit words: a counter of <see cref="Philox4x32"/>, or its output.</summary>
internal readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3);
