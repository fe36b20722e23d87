using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// The inputs that spike in a block of time steps, those with the same pattern together: what they add to an output is the
/// same at each of its steps, so that their weights are summed once.
/// </summary>
internal unsafe struct SpikeGroups
{
    /// <summary>For each pattern that occurs its inputs, in ascending order, and its values.</summary>
    public ActiveRun* Groups;

    /// <summary>Number of groups.</summary>
    public int Count;

    private static int GroupFloats => (SpikePatterns.Count - 1) * (sizeof(ActiveRun) / sizeof(float));

    /// <summary>Floats of memory for the lists, whole cache lines.</summary>
    public static long Length(int size) => (GroupFloats + SpikePatterns.Count + (3L * size) + 15) / 16 * 16;

    /// <summary>Finds the groups.</summary>
    /// <param name="input">The first of the steps, of [T, size]: zeros and ones.</param>
    /// <param name="steps">Number of steps, at most <see cref="SpikePatterns.MaxSteps"/>.</param>
    /// <param name="size">Number of inputs.</param>
    /// <param name="memory"><see cref="Length"/> floats, which will hold the lists; starts a cache line.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SpikeGroups Find<TLanes>(float* input, int steps, int size, float* memory)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        SpikeGroups found;
        found.Groups = (ActiveRun*)memory;
        int* counts = (int*)(memory + GroupFloats), patterns = counts + SpikePatterns.Count, active = patterns + size;
        new Span<int>(counts, SpikePatterns.Count).Clear();
        int total = 0, i = 0;
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
                int lane = BitOperations.TrailingZeroCount(lanes), pattern = (int)codes[lane];
                active[total] = i + lane;
                patterns[total++] = pattern;
                counts[pattern]++;
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
                active[total] = i;
                patterns[total++] = pattern;
                counts[pattern]++;
            }
        }
        found.Count = Sort(found.Groups, counts, patterns, active, total, active + size);
        return found;
    }

    /// <summary>Puts the inputs of each pattern next to each other; returns how many patterns there are.</summary>
    private static int Sort(ActiveRun* groups, int* counts, int* patterns, int* active, int total, int* sorted)
    {
        int groupCount = 0;
        int* next = sorted;
        for (int pattern = 1; pattern < SpikePatterns.Count; pattern++)
        {
            if (counts[pattern] == 0)
            {
                continue;
            }
            groups[groupCount] = new() { Inputs = next, Values = SpikePatterns.Values(pattern) };
            next += counts[pattern];
            counts[pattern] = groupCount++;
        }
        for (int k = 0; k < total; k++)
        {
            ActiveRun* group = groups + counts[patterns[k]];
            group->Inputs[group->Count++] = active[k];
        }
        return groupCount;
    }
}
