using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Training.EventProducts;

/// <summary>
/// For each list: target = first + the sum over its events of value times a row of the source. Panels of columns, in which
/// the sums stay in registers, are taken one after the other for all lists, so that a panel of the source stays in the
/// second cache.
/// </summary>
internal static unsafe class EventSums<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Sums all lists up.</summary>
    /// <param name="lists">The events.</param>
    /// <param name="source">[any, width].</param>
    /// <param name="width">Columns of source and target.</param>
    /// <param name="first">[width]: what the sums start from; null for 0.</param>
    /// <param name="target">[lists, width].</param>
    public static void Run(in EventLists lists, float* source, int width, float* first, float* target)
    {
        int column = 0;
        for (; column <= width - (4 * TLanes.Count); column += 4 * TLanes.Count)
        {
            Wide(in lists, source + column, width, first == null ? null : first + column, target + column);
        }
        for (; column <= width - TLanes.Count; column += TLanes.Count)
        {
            EventSums<TLanes>.Narrow(in lists, source + column, width, first == null ? null : first + column, target + column);
        }
        for (; column <= width - Lanes128.Count; column += Lanes128.Count)
        {
            EventSums<Lanes128>.Narrow(in lists, source + column, width, first == null ? null : first + column, target + column);
        }
        for (; column < width; column++)
        {
            EventSums<Lanes1>.Narrow(in lists, source + column, width, first == null ? null : first + column, target + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide(in EventLists lists, float* source, int stride, float* first, float* target)
    {
        for (int list = 0; list < lists.Length; list++, target += stride)
        {
            int* indices = lists.Indices(list);
            float* values = lists.Values(list);
            int count = lists.Counts[list];
            TLanes a = First(first, 0), b = First(first, 1), c = First(first, 2), d = First(first, 3);
            for (int e = 0; e < count; e++)
            {
                float* row = source + ((long)indices[e] * stride);
                TLanes value = TLanes.Of(values[e]);
                a = TLanes.MultiplyAdd(value, TLanes.Load(row), a);
                b = TLanes.MultiplyAdd(value, TLanes.Load(row + TLanes.Count), b);
                c = TLanes.MultiplyAdd(value, TLanes.Load(row + (2 * TLanes.Count)), c);
                d = TLanes.MultiplyAdd(value, TLanes.Load(row + (3 * TLanes.Count)), d);
            }
            TLanes.Store(a, target);
            TLanes.Store(b, target + TLanes.Count);
            TLanes.Store(c, target + (2 * TLanes.Count));
            TLanes.Store(d, target + (3 * TLanes.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(in EventLists lists, float* source, int stride, float* first, float* target)
    {
        for (int list = 0; list < lists.Length; list++, target += stride)
        {
            int* indices = lists.Indices(list);
            float* values = lists.Values(list);
            int count = lists.Counts[list];
            TLanes sum = First(first, 0);
            for (int e = 0; e < count; e++)
            {
                sum = TLanes.MultiplyAdd(TLanes.Of(values[e]), TLanes.Load(source + ((long)indices[e] * stride)), sum);
            }
            TLanes.Store(sum, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes First(float* first, int vector) =>
        first == null ? TLanes.Of(0f) : TLanes.Load(first + (vector * TLanes.Count));
}
