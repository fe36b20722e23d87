using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Training.EventProducts;

/// <summary>
/// Products with a matrix of events: those of some rows, or of some columns, are listed, and then each list is summed up.
/// </summary>
internal static unsafe class EventKernels<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>The rows from <paramref name="start"/> to <paramref name="end"/> of the layer's values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Forward(in EventWork work, long start, long end)
    {
        int rows = (int)(end - start);
        EventLists lists = EventLists.Rent(rows, work.Inputs);
        for (int row = 0; row < rows; row++)
        {
            lists.Counts[row] = List(work.Input + ((start + row) * work.Inputs), work.Inputs, lists.Indices(row), lists.Values(row));
        }
        EventSums<TLanes>.Run(in lists, work.Weight, work.Outputs, work.Bias, work.Target + (start * work.Outputs));
        return 0;
    }

    /// <summary>The gradient by the weights of the inputs from <paramref name="start"/> to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double WeightGradient(in EventWork work, long start, long end)
    {
        int columns = (int)(end - start);
        EventLists lists = EventLists.Rent(columns, work.Rows);
        new Span<int>(lists.Counts, columns).Clear();
        for (int row = 0; row < work.Rows; row++)
        {
            float* input = work.Input + ((long)row * work.Inputs) + start;
            int column = 0;
            for (; column <= columns - TLanes.Count; column += TLanes.Count)
            {
                for (uint lanes = TLanes.NonZero(TLanes.Load(input + column)); lanes != 0; lanes &= lanes - 1)
                {
                    int active = column + BitOperations.TrailingZeroCount(lanes);
                    lists.Add(active, row, input[active]);
                }
            }
            for (; column < columns; column++)
            {
                if (input[column] != 0)
                {
                    lists.Add(column, row, input[column]);
                }
            }
        }
        EventSums<TLanes>.Run(in lists, work.Upstream, work.Outputs, null, work.Target + (start * work.Outputs));
        if (start == 0 && work.BiasGradient != null)
        {
            SumRows(in work);
        }
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int List(float* row, int length, int* indices, float* values)
    {
        int count = 0;
        int i = 0;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
        {
            for (uint lanes = TLanes.NonZero(TLanes.Load(row + i)); lanes != 0; lanes &= lanes - 1)
            {
                int active = i + BitOperations.TrailingZeroCount(lanes);
                indices[count] = active;
                values[count++] = row[active];
            }
        }
        for (; i < length; i++)
        {
            if (row[i] != 0)
            {
                indices[count] = i;
                values[count++] = row[i];
            }
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows(in EventWork work)
    {
        float* sums = work.BiasGradient;
        int outputs = work.Outputs;
        new Span<float>(sums, outputs).Clear();
        for (int row = 0; row < work.Rows; row++)
        {
            float* upstream = work.Upstream + ((long)row * outputs);
            int o = 0;
            for (; o <= outputs - TLanes.Count; o += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(sums + o) + TLanes.Load(upstream + o), sums + o);
            }
            for (; o < outputs; o++)
            {
                sums[o] += upstream[o];
            }
        }
    }
}
