using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>
/// For each set of lanes of a vector, the permutation that brings those lanes to the front, for processors that have no
/// instruction for it.
/// </summary>
internal static unsafe class CompressedOrder
{
    // Pinned arrays never move; these live as long as the process.
    private static readonly byte[] Four = Create(lanes: 4, bytes: 4), Eight = Create(lanes: 8, bytes: 1);

    /// <summary>Gets, for each set of 4 lanes, the places of 16 bytes.</summary>
    public static byte* OfFour { get; } = (byte*)Unsafe.AsPointer(ref Four[0]);

    /// <summary>Gets, for each set of 8 lanes, the numbers of 8 lanes.</summary>
    public static byte* OfEight { get; } = (byte*)Unsafe.AsPointer(ref Eight[0]);

    private static byte[] Create(int lanes, int bytes)
    {
        byte[] table = GC.AllocateArray<byte>((1 << lanes) * lanes * bytes, pinned: true);
        for (int set = 0; set < 1 << lanes; set++)
        {
            int[] chosen = [.. Enumerable.Range(0, lanes).Where(lane => (set >> lane & 1) != 0)];
            for (int place = 0; place < chosen.Length * bytes; place++)
            {
                table[(set * lanes * bytes) + place] = (byte)((chosen[place / bytes] * bytes) + (place % bytes));
            }
        }
        return table;
    }
}

/// <summary>Compression of a vector lane by lane, for processors without permutations.</summary>
internal static unsafe class LaneByLane
{
    private const int MostLanes = 16;

    /// <inheritdoc cref="ILanes{TSelf}.Compress"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compress<TLanes>(TLanes value, TLanes selection, float* target)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        float* lanes = stackalloc float[MostLanes];
        TLanes.Store(value, lanes);
        for (uint chosen = TLanes.NonZero(selection); chosen != 0; chosen &= chosen - 1)
        {
            *target++ = lanes[BitOperations.TrailingZeroCount(chosen)];
        }
    }
}
