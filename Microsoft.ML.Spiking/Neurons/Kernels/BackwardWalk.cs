using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>Walks neurons backward through time, block by block, after a replay where the neuron needs one.</summary>
internal static unsafe class BackwardWalk<TRows> where TRows : struct, INeuronRows
{
    /// <summary>Returns the part of the learned value's gradient of the neurons from <paramref name="start"/> to
    /// <paramref name="end"/>, without its factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Run(in BackwardWork work, long start, long end)
    {
        int block = KernelBlock.Length(work.TimeSteps, TRows.SavedRows);
        long savedStep = (long)TRows.SavedRows * block;
        float* carry = KernelScratch.Rent((TRows.StateRows * block) + (savedStep * work.TimeSteps));
        float* saved = carry + (TRows.StateRows * block);
        double sum = 0;
        BackwardRow row = default;
        row.Carry = carry;
        row.Stride = block;
        row.Streaming = work.Streaming;
        for (long first = start; first < end; first += block)
        {
            int count = (int)Math.Min(block, end - first);
            int last = work.TimeSteps - 1;
            if (TRows.SavedRows > 0)
            {
                Replay(in work, first, count, saved, block);
            }
            new Span<float>(carry, TRows.StateRows * block).Clear();
            row.Count = count;
            for (int t = last; t >= 0; t--)
            {
                long at = (t * work.Count) + first;
                row.Saved = saved + (t * savedStep);
                row.Potential = TRows.SavedRows > 0 ? row.Saved : work.Potential + at;
                row.PotentialBefore = t == 0 ? null : work.Potential + at - work.Count;
                row.Upstream = work.Upstream + at;
                row.Gradient = work.Gradient + (t * work.GradientStride) + first;
                row.Accumulate = work.GradientStride == 0 && t < last;
                row.Next = t == 0 ? work.Potential + first + block : row.Upstream - work.Count;
                sum += TRows.Backward(in work.Constants, in row);
            }
        }
        return sum;
    }

    private static void Replay(in BackwardWork work, long first, int count, float* saved, int block)
    {
        float* before = null;
        for (int t = 0; t < work.TimeSteps; t++)
        {
            float* potential = work.Potential + (t * work.Count) + first;
            float* next = t + 1 < work.TimeSteps
                ? potential + work.Count
                : work.Upstream + (t * work.Count) + first;
            TRows.Replay(in work.Constants, potential, before, saved, block, count, next);
            before = saved;
            saved += (long)TRows.SavedRows * block;
        }
    }
}
