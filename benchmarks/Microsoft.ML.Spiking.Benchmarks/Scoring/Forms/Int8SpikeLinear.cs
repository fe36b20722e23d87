using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>
/// A linear layer of spikes with weights of int8, for six time steps and AVX2: the weights of a group of inputs are
/// summed in 16 bits, the sums go to their steps as whole numbers in float32, and one scale follows for each output.
/// </summary>
internal sealed unsafe class Int8SpikeLinear : LayerExecutor
{
    private const int Width = 16;
    private const int Steps = 6;
    private const int SafeRows = 256; // 256 times 127 stays within 16 bits

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly AlignedFloats _codes;
    private readonly AlignedFloats _scales;
    private readonly AlignedFloats _bias;

    public Int8SpikeLinear(float[] weights, float[] bias)
    {
        _outputs = bias.Length;
        _inputs = weights.Length / _outputs;
        Int8Rows rows = Int8Rows.Of(weights, _outputs);
        _codes = new(weights.Length / sizeof(float));
        _scales = new(_outputs);
        _bias = new(_outputs);
        rows.Scales.CopyTo(new Span<float>(_scales.Pointer, _outputs));
        bias.CopyTo(new Span<float>(_bias.Pointer, _outputs));
        sbyte* codes = (sbyte*)_codes.Pointer;
        for (int output = 0; output < _outputs; output++)
        {
            for (int input = 0; input < _inputs; input++)
            {
                codes[((long)(output / Width * _inputs) + input) * Width + (output % Width)] =
                    rows.Codes[(output * _inputs) + input];
            }
        }
    }

    public override long OutputLength => (long)Steps * _outputs;

    public override long ScratchLength => SpikeGroups.Length(_inputs) + SpikeEvents.Length(_inputs);

    /// <summary>Returns whether the layer can be computed so.</summary>
    public static bool Takes(float[] bias, int timeSteps) =>
        Avx2.IsSupported && timeSteps == Steps && bias.Length % Width == 0;

    public override void Run(float* input, float* output, float* scratch)
    {
        SpikeEvents events =
            SpikeEvents.Find<Lanes256>(input, Steps, _inputs, scratch + SpikeGroups.Length(_inputs));
        var all = new ActiveRun { Inputs = events.Inputs, Count = events.Count };
        SpikeGroups groups = SpikeGroups.Of(in events, &all, 1, scratch);
        for (int first = 0; first < _outputs; first += Width)
        {
            Panel((sbyte*)_codes.Pointer + ((long)first * _inputs), groups.Groups, groups.Count,
                _scales.Pointer + first, _bias.Pointer + first, output + first, _outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel(sbyte* codes, ActiveRun* groups, int count, float* scales, float* bias, float* output,
        int stride)
    {
        Sums s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
        for (ActiveRun* group = groups; group < groups + count; group++)
        {
            float* values = group->Values;
            for (int from = 0; from < group->Count; from += SafeRows)
            {
                int* input = group->Inputs + from;
                int* end = group->Inputs + Math.Min(from + SafeRows, group->Count);
                Vector256<short> total = default;
                for (; input < end; input++)
                {
                    total += Avx2.ConvertToVector256Int16(codes + ((long)*input * Width));
                }
                Sums sum = Sums.Of(total);
                s0.Add(in sum, values[0]);
                s1.Add(in sum, values[1]);
                s2.Add(in sum, values[2]);
                s3.Add(in sum, values[3]);
                s4.Add(in sum, values[4]);
                s5.Add(in sum, values[5]);
            }
        }
        s0.Store(scales, bias, output);
        s1.Store(scales, bias, output + stride);
        s2.Store(scales, bias, output + (2 * stride));
        s3.Store(scales, bias, output + (3 * stride));
        s4.Store(scales, bias, output + (4 * stride));
        s5.Store(scales, bias, output + (5 * stride));
    }

    private struct Sums
    {
        private Vector256<float> _a, _b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Sums Of(Vector256<short> sums) =>
            new() { _a = Float(sums.GetLower()), _b = Float(sums.GetUpper()) };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(in Sums sum, float value)
        {
            Vector256<float> factor = Vector256.Create(value);
            _a = Fma.MultiplyAdd(sum._a, factor, _a);
            _b = Fma.MultiplyAdd(sum._b, factor, _b);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* scales, float* bias, float* output)
        {
            Fma.MultiplyAdd(_a, Vector256.Load(scales), Vector256.Load(bias)).Store(output);
            Fma.MultiplyAdd(_b, Vector256.Load(scales + 8), Vector256.Load(bias + 8)).Store(output + 8);
        }

        private static Vector256<float> Float(Vector128<short> sums) =>
            Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(sums));
    }
}
