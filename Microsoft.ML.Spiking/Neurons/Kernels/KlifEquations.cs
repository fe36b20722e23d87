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
/// Where h is above 0, u = h/k, so the steps sum gh h - [reset scales] gv (scaled part of v), to be divided by k.
/// </remarks>
internal readonly unsafe struct KlifEquations<TLanes, TReset, TSurrogate> : INeuronEquations
    where TLanes : unmanaged, ILanes<TLanes>
    where TReset : struct, IReset<TLanes>
    where TSurrogate : struct, ISurrogate<TLanes>
{
    public static int StateVariables => 1;

    public static int ReplayedVariables => 0;

    public static (float A, float B) SurrogateConstants(double alpha) => TSurrogate.Constants(alpha);

    public static double Forward(in NeuronConstants c, in ForwardStep step) =>
        IntegrateAndFire<TLanes, TReset, KlifSubthreshold<TLanes>>.Forward(in c, in step);

    public static void Replay(
        in NeuronConstants c, float* potential, float* before, float* replayed, int stride, int count, float* next)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(in NeuronConstants c, in BackwardStep step)
    {
        TLanes gammaK = TLanes.Of(c.Gamma * c.K), gainK = TLanes.Of(c.Gain * c.K), reach = TLanes.Of(c.Reach);
        TLanes threshold = TLanes.Of(c.Threshold), rescale = TLanes.Of(c.Rescale), zero = TLanes.Of(0f);
        TLanes a = TLanes.Of(c.SurrogateA), b = TLanes.Of(c.SurrogateB), scaleWeight = TLanes.Of(c.ScaleWeight);
        TLanes rThreshold = rescale * threshold;
        TLanes level = TReset.Level(rThreshold, TLanes.Of(c.ResetPotential), zero), sum = zero;
        TLanes scaledLevel = TReset.Level(rThreshold, zero, zero);
        float* potential = step.Potential, upstream = step.Upstream, gradient = step.Gradient, next = step.Next;
        float* carry = step.Carry;
        bool accumulate = step.Accumulate, streaming = step.Streaming;
        int count = step.Count;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            CacheHints.Prefetch(next + i);
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
            CacheHints.Store(gx, gradient + i, streaming);
        }
        return TLanes.Sum(sum);
    }
}

/// <summary>KLIF before its first spike: h = max(0, k u), v = r h.</summary>
internal readonly struct KlifSubthreshold<TLanes> : ISubthreshold<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Potential(TLanes u, TLanes k) => TLanes.AtLeast(TLanes.Of(0f), k * u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Carried(TLanes h, TLanes rescale) => rescale * h;
}
