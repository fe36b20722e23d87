using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>CLIF: Huang et al., ICML 2024, arXiv 2402.04663.</summary>
/// <remarks>
/// <code>
/// h = gamma v + leak + gain x        q = sigmoid(h / tau)        s = H(h - threshold)
/// m = m_before q + s                 v = h - s (threshold + sigmoid(m)), or (1 - s) h + s (reset - sigmoid(m))
///
/// backward, gv and gm the gradients by v and m after the step:
/// gmt = gm - gv s sigmoid'(m)
/// gs  = upstream + reach gv dv/ds + gmt
/// gh  = gv dv/dh + gs surrogate(h - threshold) + gmt m_before q (1 - q) / tau,     m_before q = m - s
/// gradient of x = gain gh            of the step before: gv = gamma gh, gm = gmt q
/// </code>
/// Only h is kept: the replay rebuilds m and q, forward in time. A step is cut into loops with one sigmoid each: a
/// chain of two is longer than what the processor can look ahead, and its units would wait.
/// </remarks>
internal readonly unsafe struct ClifEquations<TLanes, TReset, TSurrogate> : INeuronEquations
    where TLanes : unmanaged, ILanes<TLanes>
    where TReset : struct, IReset<TLanes>
    where TSurrogate : struct, ISurrogate<TLanes>
{
    public static int StateVariables => 3;

    public static int ReplayedVariables => 3;

    public static (float A, float B) SurrogateConstants(double alpha) => TSurrogate.Constants(alpha);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Forward(in NeuronConstants c, in ForwardStep step)
    {
        Charge(in c, in step);
        TLanes threshold = TLanes.Of(c.Threshold), reset = TLanes.Of(c.ResetPotential);
        TLanes one = TLanes.Of(1f), zero = TLanes.Of(0f), fired = zero;
        float* spikes = step.Spikes, potential = step.Potential;
        float* state = step.State, stateM = step.State + step.Stride, stateQ = step.State + (2 * step.Stride);
        bool streaming = step.Streaming, streamingSpikes = step.StreamingSpikes;
        int count = step.Count;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TLanes h = TLanes.Load(state + i);
            TLanes s = TLanes.WhereAtLeast(h, threshold, one, zero);
            TLanes m = TLanes.MultiplyAdd(TLanes.Load(stateM + i), TLanes.Load(stateQ + i), s);
            TLanes level = TReset.Level(threshold, reset, Sigmoid.OfNonNegative(m));
            TLanes.Store(m, stateM + i);
            TLanes.Store(TLanes.WhereAtLeast(h, threshold, TReset.Fired(h, level), h), state + i);
            fired += s;
            CacheHints.Store(s, spikes + i, streamingSpikes);
            if (potential != null)
            {
                CacheHints.Store(h, potential + i, streaming);
            }
        }
        return TLanes.Sum(fired);
    }

    // h into the place of v, and q.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Charge(in NeuronConstants c, in ForwardStep step)
    {
        TLanes gamma = TLanes.Of(c.Gamma), leak = TLanes.Of(c.Leak), gain = TLanes.Of(c.Gain);
        TLanes factor = TLanes.Of(c.TauFactor), limit = TLanes.Of(c.TauLimit);
        float* current = step.Current, next = step.Next, state = step.State, stateQ = step.State + (2 * step.Stride);
        int count = step.Count;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            CacheHints.Prefetch(next + i);
            TLanes v = TLanes.Load(state + i);
            TLanes h = TLanes.MultiplyAdd(gain, TLanes.Load(current + i), TLanes.MultiplyAdd(gamma, v, leak));
            TLanes.Store(h, state + i);
            TLanes.Store(Sigmoid.Scaled(h, factor, limit), stateQ + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Replay(
        in NeuronConstants c, float* potential, float* before, float* replayed, int stride, int count, float* next)
    {
        TLanes factor = TLanes.Of(c.TauFactor), limit = TLanes.Of(c.TauLimit);
        TLanes threshold = TLanes.Of(c.Threshold), one = TLanes.Of(1f), zero = TLanes.Of(0f);
        float* beforeM = before + stride, replayedM = replayed + stride, replayedQ = replayed + (2 * stride);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            CacheHints.Prefetch(next + i);
            TLanes h = TLanes.Load(potential + i);
            TLanes q = Sigmoid.Scaled(h, factor, limit);
            TLanes s = TLanes.WhereAtLeast(h, threshold, one, zero);
            TLanes m = before == null ? s : TLanes.MultiplyAdd(TLanes.Load(beforeM + i), q, s);
            TLanes.Store(h, replayed + i);
            TLanes.Store(m, replayedM + i);
            TLanes.Store(q, replayedQ + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(in NeuronConstants c, in BackwardStep step)
    {
        Squash(step.Replayed + step.Stride, step.Carry + (2 * step.Stride), step.Count);
        TLanes gamma = TLanes.Of(c.Gamma), gain = TLanes.Of(c.Gain), reach = TLanes.Of(c.Reach);
        TLanes threshold = TLanes.Of(c.Threshold), reset = TLanes.Of(c.ResetPotential);
        TLanes a = TLanes.Of(c.SurrogateA), b = TLanes.Of(c.SurrogateB), inverseTau = TLanes.Of(c.InverseTau);
        TLanes one = TLanes.Of(1f), zero = TLanes.Of(0f);
        float* potential = step.Potential, upstream = step.Upstream, gradient = step.Gradient, next = step.Next;
        float* replayedM = step.Replayed + step.Stride, replayedQ = step.Replayed + (2 * step.Stride);
        float* carry = step.Carry, carryM = step.Carry + step.Stride, squashed = step.Carry + (2 * step.Stride);
        bool accumulate = step.Accumulate, streaming = step.Streaming;
        int count = step.Count;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            CacheHints.Prefetch(next + i);
            TLanes h = TLanes.Load(potential + i), m = TLanes.Load(replayedM + i), q = TLanes.Load(replayedQ + i);
            TLanes gv = TLanes.Load(carry + i), gm = TLanes.Load(carryM + i);
            TLanes s = TLanes.WhereAtLeast(h, threshold, one, zero);
            TLanes sigmoidM = TLanes.Load(squashed + i);
            TLanes level = TReset.Level(threshold, reset, sigmoidM);
            TLanes gmt = TLanes.MultiplyAdd(gv * s, sigmoidM * (sigmoidM - one), gm);
            TLanes gs = TLanes.MultiplyAdd(
                reach * gv, TReset.SlopeBySpike(h, level), TLanes.Load(upstream + i) + gmt);
            TLanes gh = TLanes.MultiplyAdd(
                gs, TSurrogate.Derivative(h - threshold, a, b), TReset.Pass(gv, h, threshold));
            gh = TLanes.MultiplyAdd(gmt * inverseTau, (m - s) * (one - q), gh);
            TLanes.Store(gamma * gh, carry + i);
            TLanes.Store(gmt * q, carryM + i);
            TLanes gx = gain * gh;
            if (accumulate)
            {
                gx += TLanes.Load(gradient + i);
            }
            CacheHints.Store(gx, gradient + i, streaming);
        }
        return 0;
    }

    // sigmoid(m)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Squash(float* m, float* squashed, int count)
    {
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TLanes.Store(Sigmoid.OfNonNegative(TLanes.Load(m + i)), squashed + i);
        }
    }
}
