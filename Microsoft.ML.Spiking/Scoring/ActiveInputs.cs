using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>Finds the inputs of a layer that are not zero at every step: the only ones that cost anything.</summary>
internal static unsafe class ActiveInputs
{
    /// <summary>Lists the active inputs in ascending order with their values, and returns how many there are.</summary>
    /// <param name="input">[T, size].</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="size">Number of inputs.</param>
    /// <param name="active">Takes up to <paramref name="size"/> indices.</param>
    /// <param name="values">Takes the values of each, [active, T].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Find<TLanes>(float* input, int timeSteps, int size, int* active, float* values)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int count = 0;
        int i = 0;
        for (; i <= size - TLanes.Count; i += TLanes.Count)
        {
            TLanes any = TLanes.Abs(TLanes.Load(input + i));
            for (int t = 1; t < timeSteps; t++)
            {
                any += TLanes.Abs(TLanes.Load(input + ((long)t * size) + i));
            }
            for (uint lanes = TLanes.NonZero(any); lanes != 0; lanes &= lanes - 1)
            {
                Append(input, timeSteps, size, i + BitOperations.TrailingZeroCount(lanes), active, values, count++);
            }
        }
        for (; i < size; i++)
        {
            bool any = false;
            for (int t = 0; t < timeSteps; t++)
            {
                any |= input[((long)t * size) + i] != 0;
            }
            if (any)
            {
                Append(input, timeSteps, size, i, active, values, count++);
            }
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Append(
        float* input, int timeSteps, int size, int index, int* active, float* values, int position)
    {
        active[position] = index;
        float* target = values + ((long)position * timeSteps);
        float* source = input + index;
        for (int t = 0; t < timeSteps; t++, source += size)
        {
            target[t] = *source;
        }
    }
}
