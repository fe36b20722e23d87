using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>A neuron's charged potential u as long as the neuron has not fired.</summary>
internal interface ISubthreshold<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Returns h, which is compared with the threshold.</summary>
    static abstract TLanes Potential(TLanes u, TLanes k);

    /// <summary>Returns v, which the next step starts from.</summary>
    static abstract TLanes Carried(TLanes h, TLanes rescale);
}

/// <summary>The integrate-and-fire family and CLIF before their first spike: v = h = u.</summary>
internal readonly struct PlainSubthreshold<TLanes> : ISubthreshold<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Potential(TLanes u, TLanes k) => u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Carried(TLanes h, TLanes rescale) => h;
}

/// <summary>
/// The shortcut of scoring: tells the neurons that may fire from those that certainly will not. It holds for neurons
/// that declare <see cref="SpikingNeuronDefinition.IntegratesUntilFirstSpike"/>: until the first spike the reset plays
/// no part, so a neuron that does not reach the threshold without resets never fires.
/// </summary>
/// <remarks>The arithmetic is that of the neurons' own equations, to the last bit.</remarks>
internal static unsafe class FiringCheck<TLanes, TSubthreshold>
    where TLanes : unmanaged, ILanes<TLanes>
    where TSubthreshold : struct, ISubthreshold<TLanes>
{
    /// <summary>
    /// Writes 1 for each neuron from <paramref name="start"/> to <paramref name="end"/> that may fire, else 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in ForwardArguments arguments, long start, long end, float* mayFire)
    {
        NeuronConstants c = arguments.Constants;
        TLanes gamma = TLanes.Of(c.Gamma), leak = TLanes.Of(c.Leak), gain = TLanes.Of(c.Gain);
        TLanes k = TLanes.Of(c.K), rescale = TLanes.Of(c.Rescale), threshold = TLanes.Of(c.Threshold);
        TLanes rest = TLanes.Of(c.ResetPotential), one = TLanes.Of(1f), zero = TLanes.Of(0f);
        long i = start;
        // Each step waits for the one before: three vectors at once fill the time.
        for (; i <= end - (3 * TLanes.Count); i += 3 * TLanes.Count)
        {
            float* current = arguments.Current + i;
            TLanes v0 = rest, v1 = rest, v2 = rest, fires0 = zero, fires1 = zero, fires2 = zero;
            for (int t = 0; t < arguments.TimeSteps; t++, current += arguments.CurrentStride)
            {
                TLanes x0 = TLanes.Load(current), x1 = TLanes.Load(current + TLanes.Count);
                TLanes x2 = TLanes.Load(current + (2 * TLanes.Count));
                TLanes u0 = TLanes.MultiplyAdd(gain, x0, TLanes.MultiplyAdd(gamma, v0, leak));
                TLanes u1 = TLanes.MultiplyAdd(gain, x1, TLanes.MultiplyAdd(gamma, v1, leak));
                TLanes u2 = TLanes.MultiplyAdd(gain, x2, TLanes.MultiplyAdd(gamma, v2, leak));
                TLanes h0 = TSubthreshold.Potential(u0, k);
                TLanes h1 = TSubthreshold.Potential(u1, k);
                TLanes h2 = TSubthreshold.Potential(u2, k);
                fires0 = TLanes.WhereAtLeast(h0, threshold, one, fires0);
                fires1 = TLanes.WhereAtLeast(h1, threshold, one, fires1);
                fires2 = TLanes.WhereAtLeast(h2, threshold, one, fires2);
                v0 = TSubthreshold.Carried(h0, rescale);
                v1 = TSubthreshold.Carried(h1, rescale);
                v2 = TSubthreshold.Carried(h2, rescale);
            }
            TLanes.Store(fires0, mayFire + i);
            TLanes.Store(fires1, mayFire + i + TLanes.Count);
            TLanes.Store(fires2, mayFire + i + (2 * TLanes.Count));
        }
        for (; i < end; i += TLanes.Count)
        {
            float* current = arguments.Current + i;
            TLanes v = rest, fires = zero;
            for (int t = 0; t < arguments.TimeSteps; t++, current += arguments.CurrentStride)
            {
                TLanes u = TLanes.MultiplyAdd(gain, TLanes.Load(current), TLanes.MultiplyAdd(gamma, v, leak));
                TLanes h = TSubthreshold.Potential(u, k);
                fires = TLanes.WhereAtLeast(h, threshold, one, fires);
                v = TSubthreshold.Carried(h, rescale);
            }
            TLanes.Store(fires, mayFire + i);
        }
    }
}
