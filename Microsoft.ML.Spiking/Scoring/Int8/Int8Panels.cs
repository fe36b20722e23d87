using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Int8;

/// <summary>
/// Weights of int8 from all inputs to all outputs, cut along the outputs into panels: the codes of a panel lie
/// together, [inputs, <see cref="Width"/>], and those of outputs that are missing in the last are 0.
/// </summary>
internal sealed unsafe class Int8Panels
{
    /// <summary>The outputs of a panel.</summary>
    public const int Width = 32;

    private const int Lanes = 8;

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly AlignedFloats _codes;
    private readonly AlignedFloats _scales;
    private readonly AlignedFloats _bias;

    /// <param name="rows">The weights, [outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    public Int8Panels(Int8Rows rows, float[] bias)
    {
        _outputs = bias.Length;
        _inputs = rows.Codes.Length / _outputs;
        int padded = (_outputs + Width - 1) / Width * Width;
        _codes = new((long)padded * _inputs / sizeof(float));
        _scales = new(padded);
        _bias = new(padded);
        rows.Scales.CopyTo(new Span<float>(_scales.Pointer, _outputs));
        bias.CopyTo(new Span<float>(_bias.Pointer, _outputs));
        for (int output = 0; output < _outputs; output++)
        {
            sbyte* panel = Codes(output / Width * Width) + (output % Width);
            for (int input = 0; input < _inputs; input++)
            {
                panel[(long)input * Width] = rows.Codes[((long)output * _inputs) + input];
            }
        }
    }

    /// <summary>
    /// Returns whether a layer gains from such weights: at least a panel of outputs, and sums that fit 32 bits.
    /// </summary>
    public static bool Takes(FoldedWeights weights) => weights.Int8 is { } rows && weights.Bias.Length >= Width
        && rows.Codes.Length / weights.Bias.Length <= int.MaxValue / Int8Rows.Largest;

    /// <summary>Returns the codes of the panel that starts at output <paramref name="first"/>.</summary>
    public sbyte* Codes(int first) => (sbyte*)_codes.Pointer + ((long)first * _inputs);

    /// <summary>Writes sum times scale plus bias of a panel; of the last one the outputs that there are.</summary>
    /// <param name="first">The panel's first output.</param>
    /// <param name="sums">[Width].</param>
    /// <param name="output">Takes the panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(int first, int* sums, float* output)
    {
        float* panel = stackalloc float[Width];
        float* target = first + Width <= _outputs ? output : panel;
        for (int i = 0; i < Width; i += Lanes)
        {
            Finish(first + i, Vector256.ConvertToSingle(Vector256.Load(sums + i)), target + i);
        }
        Copy(first, panel, target, output);
    }

    /// <inheritdoc cref="Finish(int, int*, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(int first, float* sums, float* output)
    {
        float* panel = stackalloc float[Width];
        float* target = first + Width <= _outputs ? output : panel;
        for (int i = 0; i < Width; i += Lanes)
        {
            Finish(first + i, Vector256.Load(sums + i), target + i);
        }
        Copy(first, panel, target, output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(int at, Vector256<float> sums, float* target) => Vector256.MultiplyAddEstimate(
        sums, Vector256.Load(_scales.Pointer + at), Vector256.Load(_bias.Pointer + at)).Store(target);

    private void Copy(int first, float* panel, float* target, float* output)
    {
        if (target == panel)
        {
            new Span<float>(panel, _outputs - first).CopyTo(new Span<float>(output, _outputs - first));
        }
    }
}
