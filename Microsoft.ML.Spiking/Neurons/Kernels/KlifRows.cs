using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>KLIF: Jiang and Zhang, arXiv 2302.09238; SpikingJelly's KLIFNode.</summary>
/// <remarks>
/// r is 1/k if the reset scales, else 1:
/// <code>
/// u = gamma v + leak + gain x        h = max(0, k u)        s = H(h - threshold)
/// v = r h - s r threshold, or (1 - s) r h + s reset
///
/// backward, gv the gradient by v after the step:
/// gs = upstream + reach gv dv/ds
/// gh = r gv dv/dh + gs surrogate(h - threshold), 0 unless h &gt; 0
/// gradient of x = gain k gh          gv of the step before = gamma k gh
/// gradient of k = sum of gh u, and if the reset scales - gv (what of v is scaled) / k
/// </code>
/// Where h is above 0, u = h/k, so the rows sum gh h - [reset scales] gv (scaled part of v), to be divided by k.
/// </remarks>
internal readonly unsafe struct KlifRows<TLanes, TReset, TSurrogate> : INeuronRows
    where TLanes : unmanaged, ILanes<TLanes>
    where TReset : struct, IReset<TLanes>
    where TSurrogate : struct, ISurrogate<TLanes>
{
    public static int StateRows => 1;

    public static int SavedRows => 0;

    public static (float A, float B) SurrogateConstants(double alpha) => TSurrogate.Constants(alpha);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Forward(in NeuronConstants c, in ForwardRow row)
    {
        TLanes gamma = TLanes.Of(c.Gamma), leak = TLanes.Of(c.Leak), gain = TLanes.Of(c.Gain);
        TLanes k = TLanes.Of(c.K), rescale = TLanes.Of(c.Rescale);
        TLanes threshold = TLanes.Of(c.Threshold), one = TLanes.Of(1f), zero = TLanes.Of(0f), fired = zero;
        TLanes level = TReset.Level(rescale * threshold, TLanes.Of(c.ResetPotential), zero);
        float* current = row.Current, spikes = row.Spikes, potential = row.Potential, state = row.State, next = row.Next;
        bool streaming = row.Streaming;
        int count = row.Count;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            Memory.Prefetch(next + i);
            TLanes v = TLanes.Load(state + i);
            TLanes u = TLanes.MultiplyAdd(gain, TLanes.Load(current + i), TLanes.MultiplyAdd(gamma, v, leak));
            TLanes h = TLanes.AtLeast(zero, k * u);
            TLanes s = TLanes.WhereAtLeast(h, threshold, one, zero);
            TLanes rh = rescale * h;
            TLanes.Store(TLanes.WhereAtLeast(h, threshold, TReset.Fired(rh, level), rh), state + i);
            fired += s;
            Memory.Store(s, spikes + i, streaming);
            if (potential != null)
            {
                Memory.Store(h, potential + i, streaming);
            }
        }
        return TLanes.Sum(fired);
    }

    public static void Replay(
        in NeuronConstants c, float* potential, float* before, float* saved, int stride, int count, float* next)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(in NeuronConstants c, in BackwardRow row)
    {
        TLanes gammaK = TLanes.Of(c.Gamma * c.K), gainK = TLanes.Of(c.Gain * c.K), reach = TLanes.Of(c.Reach);
        TLanes threshold = TLanes.Of(c.Threshold), rescale = TLanes.Of(c.Rescale), zero = TLanes.Of(0f);
        TLanes a = TLanes.Of(c.SurrogateA), b = TLanes.Of(c.SurrogateB), scaleWeight = TLanes.Of(c.ScaleWeight);
        TLanes rThreshold = rescale * threshold;
        TLanes level = TReset.Level(rThreshold, TLanes.Of(c.ResetPotential), zero), sum = zero;
        TLanes scaledLevel = TReset.Level(rThreshold, zero, zero);
        float* potential = row.Potential, upstream = row.Upstream, gradient = row.Gradient, next = row.Next;
        float* carry = row.Carry;
        bool accumulate = row.Accumulate, streaming = row.Streaming;
        int count = row.Count;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            Memory.Prefetch(next + i);
            TLanes h = TLanes.Load(potential + i);
            TLanes gv = TLanes.Load(carry + i);
            TLanes rh = rescale * h;
            TLanes gs = TLanes.MultiplyAdd(reach * gv, TReset.SlopeBySpike(rh, level), TLanes.Load(upstream + i));
            TLanes gh = TLanes.MultiplyAdd(
                gs, TSurrogate.Derivative(h - threshold, a, b), rescale * TReset.Pass(gv, h, threshold));
            gh = TLanes.WhereAtLeast(zero, h, zero, gh);
            // With the reset potential taken as 0, v after the step is what is scaled by 1/k.
            TLanes scaled = TLanes.WhereAtLeast(h, threshold, TReset.Fired(rh, scaledLevel), rh);
            sum += TLanes.MultiplyAdd(gh, h, -(scaleWeight * gv * scaled));
            TLanes.Store(gammaK * gh, carry + i);
            TLanes gx = gainK * gh;
            if (accumulate)
            {
                gx += TLanes.Load(gradient + i);
            }
            Memory.Store(gx, gradient + i, streaming);
        }
        return TLanes.Sum(sum);
    }
}
