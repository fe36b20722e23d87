using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>
/// A linear layer of an input that is the same at every time step, with weights of int8, for AVX2: the weights become
/// float32 in registers, and one scale follows for each output.
/// </summary>
internal sealed unsafe class Int8ConstantLinear : LayerExecutor
{
    private const int Width = 32;

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly AlignedFloats _codes;
    private readonly AlignedFloats _scales;
    private readonly AlignedFloats _bias;

    public Int8ConstantLinear(float[] weights, float[] bias)
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
                codes[(((long)(output / Width * _inputs) + input) * Width) + (output % Width)] =
                    rows.Codes[(output * _inputs) + input];
            }
        }
    }

    public override long OutputLength => _outputs;

    public override long ScratchLength => ScratchLengthFor(1);

    public override bool GainsFromRows => (long)_inputs * _outputs > 1 << 17;

    /// <summary>Returns whether the layer can be computed so.</summary>
    public static bool Takes(float[] bias) => Avx2.IsSupported && bias.Length % Width == 0;

    public override long ScratchLengthFor(int rows) => rows * ((2L * _inputs) + 16);

    public override void Run(float* input, float* output, float* scratch) => RunRows(input, 0, output, 0, 1, scratch);

    public override void RunRows(
        float* input, long inputStride, float* output, long outputStride, int rows, float* scratch)
    {
        long length = (2L * _inputs) + 16;
        for (int row = 0; row < rows; row++)
        {
            float* values = scratch + (row * length) + 16;
            int* places = (int*)(values + _inputs);
            int count = 0;
            for (int i = 0; i < _inputs; i++)
            {
                values[count] = input[i + (row * inputStride)];
                places[count] = i;
                count += values[count] != 0 ? 1 : 0;
            }
            *(int*)(values - 16) = count;
        }
        for (int first = 0; first < _outputs; first += Width)
        {
            for (int row = 0; row < rows; row++)
            {
                float* values = scratch + (row * length) + 16;
                Panel((sbyte*)_codes.Pointer + ((long)first * _inputs), values, (int*)(values + _inputs),
                    *(int*)(values - 16), _scales.Pointer + first, _bias.Pointer + first,
                    output + (row * outputStride) + first);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel(
        sbyte* codes, float* values, int* places, int count, float* scales, float* bias, float* output)
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        for (int k = 0; k < count; k++)
        {
            sbyte* weights = codes + ((long)places[k] * Width);
            var value = Vector256.Create(values[k]);
            a = Fma.MultiplyAdd(Floats(weights), value, a);
            b = Fma.MultiplyAdd(Floats(weights + 8), value, b);
            c = Fma.MultiplyAdd(Floats(weights + 16), value, c);
            d = Fma.MultiplyAdd(Floats(weights + 24), value, d);
        }
        Store(a, 0);
        Store(b, 8);
        Store(c, 16);
        Store(d, 24);

        void Store(Vector256<float> sum, int at) =>
            Fma.MultiplyAdd(sum, Vector256.Load(scales + at), Vector256.Load(bias + at)).Store(output + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Floats(sbyte* weights) =>
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(weights));
}
