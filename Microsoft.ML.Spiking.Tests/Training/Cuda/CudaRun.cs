using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>One forward and backward run of the CUDA kernels on the CPU, over managed arrays.</summary>
internal sealed unsafe class CudaRun
{
    private static readonly CudaKernels Kernels = CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);

    /// <param name="program">The program of either direction, for both.</param>
    /// <param name="neuron">The neuron.</param>
    /// <param name="learned">Its learned value.</param>
    /// <param name="current">The arriving current.</param>
    /// <param name="upstream">The gradient by the spikes.</param>
    public CudaRun(
        NeuronProgram program, SpikingNeuronDefinition neuron, float learned, float[] current, float[] upstream)
        : this(program, program with { IsBackward = true }, neuron, learned, current, upstream)
    {
    }

    public CudaRun(NeuronProgram program, NeuronProgram backward, SpikingNeuronDefinition neuron, float learned,
        float[] current, float[] upstream)
    {
        long n = upstream.Length / program.TimeSteps;
        using var x = new Values(current, program.HasHalfCurrent);
        using var u = new Values(upstream, program.HasHalfSpikes);
        using var s = new Values(Poison(upstream.Length), program.HasHalfSpikes);
        using var g = new Values(Poison(current.Length), program.HasHalfCurrent);
        var constants = DeviceConstants.Of(neuron);
        var forward = new NeuronLaunch(Kernels, program with { IsBackward = false }, constants, n);
        var launch = new NeuronLaunch(Kernels, backward, constants, n);
        byte[] scratch = new byte[launch.ScratchBytes], derived = new byte[DeviceConstants.Size];
        float value = learned, learnedGradient = float.NaN;
        long count = 1000;
        fixed (byte* work = scratch, values = derived)
        {
            if (program.IsLearned)
            {
                forward.Derive((nint)(&value), (nint)values);
            }
            forward.Forward(x.Address, s.Address, (nint)(&count), (nint)values);
            launch.Backward(x.Address, u.Address, g.Address, (nint)values, (nint)work, (nint)(&learnedGradient));
        }
        (Spikes, Gradient, SpikeCount, LearnedGradient) = (s.ToArray(), g.ToArray(), count - 1000, learnedGradient);
    }

    public float[] Spikes { get; }

    public float[] Gradient { get; }

    public long SpikeCount { get; }

    public float LearnedGradient { get; }

    /// <summary>Rounds to bfloat16, to the nearest with ties to even.</summary>
    public static float Round(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    /// <summary>Values that are not numbers, to be overwritten.</summary>
    public static float[] Poison(int length) => [.. Enumerable.Repeat(float.NaN, length)];

    /// <summary>Guarded memory of float32 or bfloat16.</summary>
    internal sealed class Values : IDisposable
    {
        private readonly bool _isHalf;
        private readonly int _length;
        private readonly KernelRun.NativeFloats _memory;

        public Values(float[] values, bool isHalf)
        {
            (_isHalf, _length) = (isHalf, values.Length);
            float[] packed = values;
            if (isHalf)
            {
                packed = new float[(values.Length + 1) / 2];
                Span<ushort> halves = System.Runtime.InteropServices.MemoryMarshal.Cast<float, ushort>(packed.AsSpan());
                for (int i = 0; i < values.Length; i++)
                {
                    halves[i] = (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
                }
            }
            _memory = new(packed);
        }

        public nint Address => (nint)_memory.Pointer;

        public float[] ToArray()
        {
            float[] words = _memory.ToArray();
            if (!_isHalf)
            {
                return words;
            }
            Span<ushort> halves = System.Runtime.InteropServices.MemoryMarshal.Cast<float, ushort>(words.AsSpan());
            float[] values = new float[_length];
            for (int i = 0; i < _length; i++)
            {
                values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
            }
            return values;
        }

        public void Dispose() => _memory.Dispose();
    }
}
