using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;

namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

/// <summary>One forward and backward run of the kernels over managed arrays.</summary>
internal sealed unsafe class KernelRun
{
    public KernelRun(SpikingNeuronDefinition neuron, float learned, float[] current, float[] upstream, int timeSteps,
        VectorWidth width = VectorWidth.Auto, bool constantCurrent = false, int threads = 1, int misalign = 0)
    {
        long n = upstream.Length / timeSteps;
        using var x = new NativeFloats(current, misalign);
        using var u = new NativeFloats(upstream, misalign);
        using var s = new NativeFloats(new float[upstream.Length], misalign);
        using var h = new NativeFloats(new float[upstream.Length], misalign);
        using var g = new NativeFloats(new float[current.Length], misalign);
        NeuronKernel kernel = NeuronKernel.Create(neuron, learned, width);
        var team = new ThreadPoolTeam(threads);
        SpikeCount = kernel.Forward(x.Pointer, constantCurrent, s.Pointer, h.Pointer, timeSteps, n, team);
        LearnedGradient = kernel.Backward(h.Pointer, u.Pointer, g.Pointer, constantCurrent, timeSteps, n, team);
        (Spikes, Potential, Gradient) = (s.ToArray(), h.ToArray(), g.ToArray());
    }

    public long SpikeCount { get; }

    public float[] Spikes { get; }

    public float[] Potential { get; }

    public float[] Gradient { get; }

    public double LearnedGradient { get; }

    /// <summary>
    /// Native memory that starts a cache line, or that many floats after one, with a guard behind it.
    /// </summary>
    internal sealed class NativeFloats : IDisposable
    {
        private const float Guard = 12345f;
        private const int GuardLength = 64;
        private readonly float* _block;
        private readonly int _length;

        public NativeFloats(float[] values, int misalign = 0)
        {
            _length = values.Length;
            _block = (float*)NativeMemory.AlignedAlloc((nuint)(misalign + _length + GuardLength) * sizeof(float), 64);
            Pointer = _block + misalign;
            values.CopyTo(new Span<float>(Pointer, _length));
            new Span<float>(Pointer + _length, GuardLength).Fill(Guard);
        }

        public float* Pointer { get; }

        public float[] ToArray()
        {
            Assert.IsFalse(new ReadOnlySpan<float>(Pointer + _length, GuardLength).ContainsAnyExcept(Guard),
                "The kernel wrote behind its array.");
            return new ReadOnlySpan<float>(Pointer, _length).ToArray();
        }

        public void Dispose() => NativeMemory.AlignedFree(_block);
    }
}
