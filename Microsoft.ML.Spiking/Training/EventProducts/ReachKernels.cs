using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Training.EventProducts;

/// <summary>
/// The gradient by the input, one dot product for each value that is needed. For a block of rows, whose upstream gradients
/// stay in the first cache, each input's weights are fetched once.
/// </summary>
internal static unsafe class ReachKernels<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    // Vectors of weights that stay in registers while the rows pass by.
    private const int Segment = 8;

    // Rows whose upstream gradients stay in the first cache, and inputs whose weights stay in the second.
    private const int BlockRows = 16;
    private const int BlockFloats = 1 << 16;

    /// <summary>The rows from <paramref name="start"/> to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double InputGradient(in EventWork work, long start, long end)
    {
        new Span<float>(work.Target + (start * work.Inputs), checked((int)((end - start) * work.Inputs))).Clear();
        int block = Math.Clamp(BlockFloats / work.Outputs, 1, work.Inputs);
        for (int input = 0; input < work.Inputs; input += block)
        {
            for (long row = start; row < end; row += BlockRows)
            {
                Block(in work, row, (int)Math.Min(BlockRows, end - row), input, Math.Min(block, work.Inputs - input));
            }
        }
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(in EventWork work, long start, int rows, int first, int count)
    {
        int outputs = work.Outputs;
        float* scratch = KernelScratch.Rent((BlockRows * TLanes.Count) + (long)count);
        float* sums = scratch;
        uint* needed = (uint*)(scratch + (BlockRows * TLanes.Count));
        Mark(in work, start, rows, first, count, needed);
        float* target = work.Target + (start * work.Inputs) + first;
        float* upstream = work.Upstream + (start * outputs);
        int* list = stackalloc int[BlockRows];
        int wide = outputs / (Segment * TLanes.Count) * (Segment * TLanes.Count);
        for (int i = 0; i < count; i++)
        {
            int listed = 0;
            for (uint left = needed[i]; left != 0; left &= left - 1)
            {
                list[listed] = BitOperations.TrailingZeroCount(left);
                TLanes.Store(TLanes.Of(0f), sums + (listed++ * TLanes.Count));
            }
            if (listed == 0)
            {
                continue;
            }
            float* weight = work.Weight + ((long)(first + i) * outputs);
            for (int from = 0; from < wide; from += Segment * TLanes.Count)
            {
                Add(weight + from, upstream + from, outputs, list, listed, sums);
            }
            for (int k = 0; k < listed; k++)
            {
                target[((long)list[k] * work.Inputs) + i] = TLanes.FloatSum(TLanes.Load(sums + (k * TLanes.Count)))
                    + Rest(weight, upstream + ((long)list[k] * outputs), wide, outputs);
            }
        }
    }

    /// <summary>Adds a segment of the listed rows' products to their sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* weight, float* upstream, int stride, int* list, int count, float* sums)
    {
        TLanes w0 = TLanes.Load(weight), w1 = TLanes.Load(weight + TLanes.Count);
        TLanes w2 = TLanes.Load(weight + (2 * TLanes.Count)), w3 = TLanes.Load(weight + (3 * TLanes.Count));
        TLanes w4 = TLanes.Load(weight + (4 * TLanes.Count)), w5 = TLanes.Load(weight + (5 * TLanes.Count));
        TLanes w6 = TLanes.Load(weight + (6 * TLanes.Count)), w7 = TLanes.Load(weight + (7 * TLanes.Count));
        for (int k = 0; k < count; k++)
        {
            float* row = upstream + ((long)list[k] * stride);
            TLanes even = TLanes.MultiplyAdd(w0, TLanes.Load(row), TLanes.Load(sums + (k * TLanes.Count)));
            TLanes odd = w1 * TLanes.Load(row + TLanes.Count);
            even = TLanes.MultiplyAdd(w2, TLanes.Load(row + (2 * TLanes.Count)), even);
            odd = TLanes.MultiplyAdd(w3, TLanes.Load(row + (3 * TLanes.Count)), odd);
            even = TLanes.MultiplyAdd(w4, TLanes.Load(row + (4 * TLanes.Count)), even);
            odd = TLanes.MultiplyAdd(w5, TLanes.Load(row + (5 * TLanes.Count)), odd);
            even = TLanes.MultiplyAdd(w6, TLanes.Load(row + (6 * TLanes.Count)), even);
            odd = TLanes.MultiplyAdd(w7, TLanes.Load(row + (7 * TLanes.Count)), odd);
            TLanes.Store(even + odd, sums + (k * TLanes.Count));
        }
    }

    /// <summary>For each input a bit for each row that needs its gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mark(in EventWork work, long start, int rows, int first, int count, uint* needed)
    {
        TLanes threshold = TLanes.Of(work.Threshold), reach = TLanes.Of(work.Reach);
        TLanes one = TLanes.Of(1f), zero = TLanes.Of(0f);
        new Span<uint>(needed, count).Clear();
        for (int row = 0; row < rows; row++)
        {
            float* potential = work.Potential + ((start + row) * work.Inputs) + first;
            uint bit = 1u << row;
            int i = 0;
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes distance = TLanes.Abs(TLanes.Load(potential + i) - threshold);
                for (uint lanes = TLanes.NonZero(TLanes.WhereAtLeast(reach, distance, one, zero)); lanes != 0; lanes &= lanes - 1)
                {
                    needed[i + BitOperations.TrailingZeroCount(lanes)] |= bit;
                }
            }
            for (; i < count; i++)
            {
                needed[i] |= Math.Abs(potential[i] - work.Threshold) <= work.Reach ? bit : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Rest(float* weight, float* row, int from, int length)
    {
        float sum = 0;
        for (int i = from; i < length; i++)
        {
            sum += weight[i] * row[i];
        }
        return sum;
    }
}
