using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// Tells the neurons that may fire from those that certainly will not. Up to its first spike a neuron only integrates,
/// whatever it does at a reset, so that one that does not reach the threshold without resets never fires.
/// </summary>
/// <remarks>The arithmetic is that of the neurons' own walks, to the last bit.</remarks>
internal static unsafe class LoudWalk<TLanes, TRise>
    where TLanes : unmanaged, ILanes<TLanes>
    where TRise : struct, IRise<TLanes>
{
    /// <summary>Writes 1 for each neuron from <paramref name="start"/> to <paramref name="end"/> that may fire, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in ForwardWork work, long start, long end, float* loud)
    {
        NeuronConstants c = work.Constants;
        TLanes gamma = TLanes.Of(c.Gamma), leak = TLanes.Of(c.Leak), gain = TLanes.Of(c.Gain);
        TLanes k = TLanes.Of(c.K), rescale = TLanes.Of(c.Rescale), threshold = TLanes.Of(c.Threshold);
        TLanes rest = TLanes.Of(c.ResetPotential), one = TLanes.Of(1f), zero = TLanes.Of(0f);
        long i = start;
        // A step waits for the one before: three vectors at once fill the time.
        for (; i <= end - (3 * TLanes.Count); i += 3 * TLanes.Count)
        {
            float* current = work.Current + i;
            TLanes v0 = rest, v1 = rest, v2 = rest, loud0 = zero, loud1 = zero, loud2 = zero;
            for (int t = 0; t < work.TimeSteps; t++, current += work.CurrentStride)
            {
                TLanes x0 = TLanes.Load(current), x1 = TLanes.Load(current + TLanes.Count);
                TLanes x2 = TLanes.Load(current + (2 * TLanes.Count));
                TLanes h0 = TRise.Potential(TLanes.MultiplyAdd(gain, x0, TLanes.MultiplyAdd(gamma, v0, leak)), k);
                TLanes h1 = TRise.Potential(TLanes.MultiplyAdd(gain, x1, TLanes.MultiplyAdd(gamma, v1, leak)), k);
                TLanes h2 = TRise.Potential(TLanes.MultiplyAdd(gain, x2, TLanes.MultiplyAdd(gamma, v2, leak)), k);
                loud0 = TLanes.WhereAtLeast(h0, threshold, one, loud0);
                loud1 = TLanes.WhereAtLeast(h1, threshold, one, loud1);
                loud2 = TLanes.WhereAtLeast(h2, threshold, one, loud2);
                (v0, v1, v2) = (TRise.Carried(h0, rescale), TRise.Carried(h1, rescale), TRise.Carried(h2, rescale));
            }
            TLanes.Store(loud0, loud + i);
            TLanes.Store(loud1, loud + i + TLanes.Count);
            TLanes.Store(loud2, loud + i + (2 * TLanes.Count));
        }
        for (; i < end; i += TLanes.Count)
        {
            float* current = work.Current + i;
            TLanes v = rest, fires = zero;
            for (int t = 0; t < work.TimeSteps; t++, current += work.CurrentStride)
            {
                TLanes u = TLanes.MultiplyAdd(gain, TLanes.Load(current), TLanes.MultiplyAdd(gamma, v, leak));
                TLanes h = TRise.Potential(u, k);
                fires = TLanes.WhereAtLeast(h, threshold, one, fires);
                v = TRise.Carried(h, rescale);
            }
            TLanes.Store(fires, loud + i);
        }
    }
}
