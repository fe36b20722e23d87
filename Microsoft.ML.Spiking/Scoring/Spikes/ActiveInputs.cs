using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Spikes;

/// <summary>
/// The inputs of a layer that are not zero at every step: the only ones that cost anything. Those with the same value
/// at every step, such as neurons that always fire, are kept apart, because one step's product serves all.
/// </summary>
internal unsafe struct ActiveInputs
{
    /// <summary>The inputs that change, in ascending order.</summary>
    public int* Changing;

    /// <summary>The values of those that change, [changing, T].</summary>
    public float* Values;

    public int ChangingCount;

    /// <summary>The inputs that do not change, in ascending order.</summary>
    public int* Constant;

    /// <summary>The values of those that do not change, [constant].</summary>
    public float* ConstantValues;

    public int ConstantCount;

    /// <summary>Returns the number of floats that the lists take.</summary>
    public static long Length(long size, int timeSteps) => size * (timeSteps + 3L);

    /// <summary>Returns the places of lists, with nothing in them.</summary>
    /// <param name="memory"><see cref="Length"/> floats, which will hold the lists.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="size">Number of inputs.</param>
    public static ActiveInputs At(float* memory, int timeSteps, int size)
    {
        ActiveInputs found = default;
        found.Values = memory;
        found.ConstantValues = memory + ((long)size * timeSteps);
        found.Changing = (int*)(found.ConstantValues + size);
        found.Constant = found.Changing + size;
        return found;
    }

    /// <summary>Finds the active inputs.</summary>
    /// <param name="input">[T, size].</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="size">Number of inputs.</param>
    /// <param name="memory"><see cref="Length"/> floats, which will hold the lists.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ActiveInputs Find<TLanes>(float* input, int timeSteps, int size, float* memory)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ActiveInputs found = At(memory, timeSteps, size);
        int i = 0;
        for (; i <= size - TLanes.Count; i += TLanes.Count)
        {
            TLanes first = TLanes.Load(input + i), any = TLanes.Abs(first), change = TLanes.Of(0f);
            for (int t = 1; t < timeSteps; t++)
            {
                TLanes value = TLanes.Load(input + ((long)t * size) + i);
                any += TLanes.Abs(value);
                change += TLanes.Abs(value - first);
            }
            uint active = TLanes.NonZero(any);
            if (active != 0)
            {
                found.Append(input + i, timeSteps, size, i, active, TLanes.NonZero(change));
            }
        }
        for (; i < size; i++)
        {
            float first = input[i];
            bool any = first != 0, change = false;
            for (int t = 1; t < timeSteps; t++)
            {
                float value = input[((long)t * size) + i];
                any |= value != 0;
                change |= value != first;
            }
            if (any)
            {
                found.Append(input + i, timeSteps, size, i, 1, change ? 1u : 0u);
            }
        }
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(float* input, int timeSteps, int size, int index, uint active, uint changing)
    {
        for (; active != 0; active &= active - 1)
        {
            int lane = BitOperations.TrailingZeroCount(active);
            float* source = input + lane;
            if ((changing >> lane & 1) == 0)
            {
                Constant[ConstantCount] = index + lane;
                ConstantValues[ConstantCount++] = *source;
                continue;
            }
            float* target = Values + ((long)ChangingCount * timeSteps);
            Changing[ChangingCount++] = index + lane;
            for (int t = 0; t < timeSteps; t++, source += size)
            {
                target[t] = *source;
            }
        }
    }
}

/// <summary>
/// Active inputs that lie together: all of a vector, or those under one row of a convolution's kernel.
/// </summary>
internal unsafe struct ActiveRun
{
    /// <summary>The indices of the inputs.</summary>
    public int* Inputs;

    /// <summary>The values of the inputs: [active, T].</summary>
    public float* Values;

    /// <summary>The number of inputs.</summary>
    public int Count;

    /// <summary>The distance from an input's index to the index of its weights.</summary>
    public long WeightOffset;
}
