using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>Operations on vectors for which processors have no instruction.</summary>
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
