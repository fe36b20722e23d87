using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>LIF, PLIF (learned leak) and IF (gamma = 1).</summary>
/// <remarks>
/// <code>
/// h = gamma v + leak + gain x        s = H(h - threshold)        v = h - s threshold, or (1 - s) h + s reset
///
/// backward, gv the gradient by v after the step:
/// gs = upstream + reach gv dv/ds
/// gh = gv dv/dh + gs surrogate(h - threshold)
/// gradient of x = gain gh            gv of the step before = gamma gh
/// </code>
/// PLIF, Fang et al., ICCV 2021: 1/tau = sigmoid(w), so dh/dw = (1/tau)(1 - 1/tau) (reset - v + [decayed] x), where
/// decayed x follows from h and v: the current is not kept. v is rebuilt from h of the step before.
/// </remarks>
internal readonly unsafe struct LifEquations<TLanes, TReset, TSurrogate, TLeak> : INeuronEquations
    where TLanes : unmanaged, ILanes<TLanes>
    where TReset : struct, IReset<TLanes>
    where TSurrogate : struct, ISurrogate<TLanes>
    where TLeak : struct, ILeak
{
    public static int StateVariables => 1;

    public static int ReplayedVariables => 0;

    public static (float A, float B) SurrogateConstants(double alpha) => TSurrogate.Constants(alpha);

    public static double Forward(in NeuronConstants c, in ForwardStep step) =>
        IntegrateAndFire<TLanes, TReset, PlainSubthreshold<TLanes>>.Forward(in c, in step);

    public static void Replay(
        in NeuronConstants c, float* potential, float* before, float* replayed, int stride, int count, float* next)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(in NeuronConstants c, in BackwardStep step)
    {
        TLanes gamma = TLanes.Of(c.Gamma), gain = TLanes.Of(c.Gain), reach = TLanes.Of(c.Reach);
        TLanes threshold = TLanes.Of(c.Threshold), reset = TLanes.Of(c.ResetPotential), zero = TLanes.Of(0f);
        TLanes a = TLanes.Of(c.SurrogateA), b = TLanes.Of(c.SurrogateB);
        TLanes hWeight = TLanes.Of(c.HWeight), offset = TLanes.Of(c.Offset);
        TLanes level = TReset.Level(threshold, reset, zero), sum = zero;
        float* potential = step.Potential, upstream = step.Upstream, gradient = step.Gradient, next = step.Next;
        float* carry = step.Carry, before = step.PotentialBefore;
        bool accumulate = step.Accumulate, streaming = step.Streaming;
        int count = step.Count;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            CacheHints.Prefetch(next + i);
            TLanes h = TLanes.Load(potential + i);
            TLanes gv = TLanes.Load(carry + i);
            TLanes gs = TLanes.MultiplyAdd(reach * gv, TReset.SlopeBySpike(h, level), TLanes.Load(upstream + i));
            TLanes gh = TLanes.MultiplyAdd(
                gs, TSurrogate.Derivative(h - threshold, a, b), TReset.Pass(gv, h, threshold));
            TLanes.Store(gamma * gh, carry + i);
            TLanes gx = gain * gh;
            if (TLeak.IsLearned)
            {
                TLanes hBefore = before == null ? reset : TLanes.Load(before + i);
                TLanes v = before == null
                    ? reset
                    : TLanes.WhereAtLeast(hBefore, threshold, TReset.Fired(hBefore, level), hBefore);
                sum = TLanes.MultiplyAdd(gh, TLanes.MultiplyAdd(hWeight, h, offset) - v, sum);
            }
            if (accumulate)
            {
                gx += TLanes.Load(gradient + i);
            }
            CacheHints.Store(gx, gradient + i, streaming);
        }
        return TLeak.IsLearned ? TLanes.Sum(sum) : 0;
    }
}

/// <summary>
/// The forward pass of neurons whose state is the potential alone: LIF, PLIF, IF, and KLIF, which scales it.
/// </summary>
internal static unsafe class IntegrateAndFire<TLanes, TReset, TSubthreshold>
    where TLanes : unmanaged, ILanes<TLanes>
    where TReset : struct, IReset<TLanes>
    where TSubthreshold : struct, ISubthreshold<TLanes>
{
    /// <summary>Runs a step; see <see cref="INeuronEquations.Forward"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Forward(in NeuronConstants c, in ForwardStep step)
    {
        TLanes gamma = TLanes.Of(c.Gamma), leak = TLanes.Of(c.Leak), gain = TLanes.Of(c.Gain);
        TLanes threshold = TLanes.Of(c.Threshold), one = TLanes.Of(1f), zero = TLanes.Of(0f);
        TLanes k = TLanes.Of(c.K), rescale = TLanes.Of(c.Rescale), fired = zero;
        TLanes level = TReset.Level(TSubthreshold.Carried(threshold, rescale), TLanes.Of(c.ResetPotential), zero);
        float* current = step.Current, spikes = step.Spikes, potential = step.Potential;
        float* state = step.State, next = step.Next;
        bool streaming = step.Streaming, streamingSpikes = step.StreamingSpikes;
        int count = step.Count;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            CacheHints.Prefetch(next + i);
            TLanes v = TLanes.Load(state + i);
            TLanes u = TLanes.MultiplyAdd(gain, TLanes.Load(current + i), TLanes.MultiplyAdd(gamma, v, leak));
            TLanes h = TSubthreshold.Potential(u, k);
            TLanes s = TLanes.WhereAtLeast(h, threshold, one, zero);
            TLanes carried = TSubthreshold.Carried(h, rescale);
            TLanes.Store(TLanes.WhereAtLeast(h, threshold, TReset.Fired(carried, level), carried), state + i);
            fired += s;
            CacheHints.Store(s, spikes + i, streamingSpikes);
            if (potential != null)
            {
                CacheHints.Store(h, potential + i, streaming);
            }
        }
        return TLanes.Sum(fired);
    }
}

/// <summary>Tells the compiler whether the leak is learned.</summary>
internal interface ILeak
{
    static abstract bool IsLearned { get; }
}

/// <summary>The leak of LIF and IF: no gradient is taken by it.</summary>
internal readonly struct FixedLeak : ILeak
{
    public static bool IsLearned => false;
}

/// <summary>The leak of PLIF: the gradient by it is summed.</summary>
internal readonly struct LearnedLeak : ILeak
{
    public static bool IsLearned => true;
}
