using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Spikes;

/// <summary>The inputs that spike in a block of time steps, and at which of its steps.</summary>
internal unsafe struct SpikeEvents
{
    /// <summary>The inputs, in ascending order.</summary>
    public int* Inputs;

    /// <summary>The pattern of each input; see <see cref="SpikePatterns"/>.</summary>
    public int* Patterns;

    public int Count;

    /// <summary>Returns the number of floats that the lists take.</summary>
    public static long Length(int size) => 2L * size;

    /// <summary>Finds the inputs that spike.</summary>
    /// <param name="input">The first of the steps, of [T, size]: zeros and ones.</param>
    /// <param name="steps">Number of steps, at most <see cref="SpikePatterns.MaxSteps"/>.</param>
    /// <param name="size">Number of inputs.</param>
    /// <param name="memory"><see cref="Length"/> floats, which will hold the lists.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SpikeEvents Find<TLanes>(float* input, int steps, int size, float* memory)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int* inputs = (int*)memory, patterns = inputs + size;
        int count = 0, i = 0;
        float* codes = stackalloc float[TLanes.Count];
        for (; i <= size - TLanes.Count; i += TLanes.Count)
        {
            // A pattern is a small whole number, and so exact.
            TLanes code = TLanes.Load(input + i);
            for (int t = 1; t < steps; t++)
            {
                code = TLanes.MultiplyAdd(TLanes.Of(1 << t), TLanes.Load(input + ((long)t * size) + i), code);
            }
            uint lanes = TLanes.NonZero(code);
            if (lanes == 0)
            {
                continue;
            }
            TLanes.Store(code, codes);
            for (; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                inputs[count] = i + lane;
                patterns[count++] = (int)codes[lane];
            }
        }
        for (; i < size; i++)
        {
            int pattern = 0;
            for (int t = 0; t < steps; t++)
            {
                pattern |= input[((long)t * size) + i] != 0 ? 1 << t : 0;
            }
            if (pattern != 0)
            {
                inputs[count] = i;
                patterns[count++] = pattern;
            }
        }
        return new() { Inputs = inputs, Patterns = patterns, Count = count };
    }
}

/// <summary>The spikes of an input in a few time steps as bits: bit t of a pattern is step t.</summary>
internal static unsafe class SpikePatterns
{
    /// <summary>The most steps of a pattern.</summary>
    public const int MaxSteps = 6;

    /// <summary>The number of patterns.</summary>
    public const int Count = 1 << MaxSteps;

    private static readonly AlignedFloats Table = Fill();

    /// <summary>Returns a pattern as values, 0 and 1: <see cref="MaxSteps"/> of them.</summary>
    public static float* Values(int pattern) => Table.Pointer + (pattern * MaxSteps);

    private static AlignedFloats Fill()
    {
        var table = new AlignedFloats(Count * MaxSteps);
        for (int i = 0; i < Count * MaxSteps; i++)
        {
            table.Pointer[i] = (i / MaxSteps) >> (i % MaxSteps) & 1;
        }
        return table;
    }
}
