using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>
/// A linear layer of spikes with weights of int8, for six time steps and AVX2: sums are whole numbers of 16 bits, moved
/// to 32 bits before they can overflow, and one scale follows for each output.
/// </summary>
internal sealed unsafe class Int8SpikeLinear : LayerExecutor
{
    private const int Width = 32;
    private const int Steps = 6;
    private const int SafeInputs = 256; // 256 times 127 stays within 16 bits

    private static readonly AlignedFloats Masks = FillMasks();

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
                codes[(((long)(output / Width * _inputs) + input) * Width) + (output % Width)] =
                    rows.Codes[(output * _inputs) + input];
            }
        }
    }

    public override long OutputLength => (long)Steps * _outputs;

    public override long ScratchLength => ScratchLengthFor(1);

    public override bool GainsFromRows => (long)_inputs * _outputs > 1 << 17;

    /// <summary>Returns whether the layer can be computed so.</summary>
    public static bool Takes(float[] bias, int timeSteps) =>
        Avx2.IsSupported && timeSteps == Steps && bias.Length % Width == 0;

    public override long ScratchLengthFor(int rows) =>
        (6 * Width) + Counts(rows) + (rows * SpikeGroups.Length(_inputs)) + SpikeEvents.Length(_inputs);

    public override void Run(float* input, float* output, float* scratch) => RunRows(input, 0, output, 0, 1, scratch);

    public override void RunRows(
        float* input, long inputStride, float* output, long outputStride, int rows, float* scratch)
    {
        int* counts = (int*)(scratch + (6 * Width));
        float* groups = scratch + (6 * Width) + Counts(rows);
        long length = SpikeGroups.Length(_inputs);
        for (int row = 0; row < rows; row++)
        {
            SpikeEvents events = SpikeEvents.Find<Lanes256>(
                input + (row * inputStride), Steps, _inputs, groups + (rows * length));
            var all = new ActiveRun { Inputs = events.Inputs, Count = events.Count };
            counts[row] = SpikeGroups.Of(in events, &all, 1, groups + (row * length)).Count;
        }
        for (int first = 0; first < _outputs; first += Width)
        {
            for (int row = 0; row < rows; row++)
            {
                Panel((sbyte*)_codes.Pointer + ((long)first * _inputs), (ActiveRun*)(groups + (row * length)),
                    counts[row], (int*)scratch);
                float* target = output + (row * outputStride) + first;
                for (int t = 0; t < Steps; t++, target += _outputs)
                {
                    for (int i = 0; i < Width; i += 8)
                    {
                        Fma.MultiplyAdd(
                            Avx.ConvertToVector256Single(Vector256.Load((int*)scratch + (t * Width) + i)),
                            Vector256.Load(_scales.Pointer + first + i), Vector256.Load(_bias.Pointer + first + i))
                            .Store(target + i);
                    }
                }
            }
        }
    }

    private static long Counts(int rows) => (rows + 15L) / 16 * 16;

    private static AlignedFloats FillMasks()
    {
        var masks = new AlignedFloats(SpikePatterns.Count * Steps * 8);
        for (int i = 0; i < SpikePatterns.Count * Steps * 8; i++)
        {
            ((int*)masks.Pointer)[i] = (i / 8 / Steps >> (i / 8 % Steps) & 1) == 1 ? -1 : 0;
        }
        return masks;
    }

    // Sums of 6 steps and 32 outputs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel(sbyte* codes, ActiveRun* groups, int count, int* sums)
    {
        new Span<int>(sums, Steps * Width).Clear();
        Vector256<short> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default,
            a3 = default, b3 = default, a4 = default, b4 = default, a5 = default, b5 = default;
        int left = SafeInputs;
        float* values = SpikePatterns.Values(0);
        for (ActiveRun* group = groups; group < groups + count; group++)
        {
            short* masks = (short*)Masks.Pointer + ((group->Values - values) / Steps * Steps * 16);
            int* input = group->Inputs, end = input + group->Count;
            while (input < end)
            {
                int* until = end - input > left ? input + left : end;
                left -= (int)(until - input);
                Vector256<short> a = default, b = default;
                for (; input < until; input++)
                {
                    sbyte* weights = codes + ((long)*input * Width);
                    a += Avx2.ConvertToVector256Int16(weights);
                    b += Avx2.ConvertToVector256Int16(weights + 16);
                }
                Vector256<short> mask = Vector256.Load(masks);
                a0 += a & mask;
                b0 += b & mask;
                mask = Vector256.Load(masks + 16);
                a1 += a & mask;
                b1 += b & mask;
                mask = Vector256.Load(masks + 32);
                a2 += a & mask;
                b2 += b & mask;
                mask = Vector256.Load(masks + 48);
                a3 += a & mask;
                b3 += b & mask;
                mask = Vector256.Load(masks + 64);
                a4 += a & mask;
                b4 += b & mask;
                mask = Vector256.Load(masks + 80);
                a5 += a & mask;
                b5 += b & mask;
                if (left == 0)
                {
                    Flush(a0, b0, sums);
                    Flush(a1, b1, sums + Width);
                    Flush(a2, b2, sums + (2 * Width));
                    Flush(a3, b3, sums + (3 * Width));
                    Flush(a4, b4, sums + (4 * Width));
                    Flush(a5, b5, sums + (5 * Width));
                    a0 = b0 = a1 = b1 = a2 = b2 = a3 = b3 = a4 = b4 = a5 = b5 = default;
                    left = SafeInputs;
                }
            }
        }
        Flush(a0, b0, sums);
        Flush(a1, b1, sums + Width);
        Flush(a2, b2, sums + (2 * Width));
        Flush(a3, b3, sums + (3 * Width));
        Flush(a4, b4, sums + (4 * Width));
        Flush(a5, b5, sums + (5 * Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Flush(Vector256<short> a, Vector256<short> b, int* sums)
    {
        (Vector256.Load(sums) + Avx2.ConvertToVector256Int32(a.GetLower())).Store(sums);
        (Vector256.Load(sums + 8) + Avx2.ConvertToVector256Int32(a.GetUpper())).Store(sums + 8);
        (Vector256.Load(sums + 16) + Avx2.ConvertToVector256Int32(b.GetLower())).Store(sums + 16);
        (Vector256.Load(sums + 24) + Avx2.ConvertToVector256Int32(b.GetUpper())).Store(sums + 24);
    }
}
