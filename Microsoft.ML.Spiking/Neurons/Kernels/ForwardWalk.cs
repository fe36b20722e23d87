using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>Walks neurons forward through time, block by block.</summary>
/// <remarks>
/// A column of one vector through all steps would keep the state in registers, but touch T pages for 64 bytes each, in
/// lines that share a cache set when the number of neurons is a power of two, with a dependence from step to step that
/// nothing hides. A block's rows are read as streams instead, and its vectors are independent of each other.
/// </remarks>
internal static unsafe class ForwardWalk<TRows> where TRows : struct, INeuronRows
{
    /// <summary>Returns the number of spikes of the neurons from <paramref name="start"/> to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Run(in ForwardWork work, long start, long end)
    {
        int block = KernelBlock.Length(work.TimeSteps, savedRows: 0);
        float* state = KernelScratch.Rent(TRows.StateRows * block);
        double fired = 0;
        ForwardRow row = default;
        row.State = state;
        row.Stride = block;
        row.Streaming = work.Streaming;
        for (long first = start; first < end; first += block)
        {
            int count = (int)Math.Min(block, end - first);
            if (work.Constants.ResetPotential == 0)
            {
                new Span<float>(state, count).Clear();
            }
            else
            {
                new Span<float>(state, count).Fill(work.Constants.ResetPotential);
            }
            if (TRows.StateRows > 1)
            {
                new Span<float>(state + block, (TRows.StateRows - 1) * block).Clear();
            }
            row.Count = count;
            row.Current = work.Current + first;
            row.Spikes = work.Spikes + first;
            row.Potential = work.Potential == null ? null : work.Potential + first;
            for (int t = 0; t < work.TimeSteps; t++)
            {
                row.Next = t + 1 < work.TimeSteps ? row.Current + work.CurrentStride : work.Current + first + block;
                fired += TRows.Forward(in work.Constants, in row);
                row.Current += work.CurrentStride;
                row.Spikes += work.Count;
                row.Potential = row.Potential == null ? null : row.Potential + work.Count;
            }
        }
        return fired;
    }
}
