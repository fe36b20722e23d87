using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Int8;

/// <summary>
/// A linear layer of one step of other values than spikes, with weights of int8: codes become float32 in registers, and
/// one multiplication by the output's scale follows the sum. A quarter of the memory is read.
/// </summary>
/// <param name="rows">[outputs, inputs].</param>
/// <param name="bias">[outputs].</param>
internal sealed unsafe class Int8LinearExecutor<TLanes>(Int8Rows rows, float[] bias)
    : Int8LayerExecutor(rows, bias, timeSteps: 1) where TLanes : unmanaged, ILanes<TLanes>
{
    // The count of active inputs and their lists; whole cache lines.
    private long RowLength => 16 + ((ActiveInputs.Length(Inputs, 1) + 15) / 16 * 16);

    public override long ScratchLengthFor(int rows) => Int8Panels.Width + (rows * RowLength);

    /// <inheritdoc/>
    /// <remarks>The lists of a row hold at most as many inputs as there are, each below their number.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RunRows(
        float* input, long inputStride, float* output, long outputStride, int rows, float* scratch)
    {
        float* lists = scratch + Int8Panels.Width;
        for (int row = 0; row < rows; row++)
        {
            float* list = lists + (row * RowLength);
            ActiveInputs active = ActiveInputs.Find<TLanes>(input + (row * inputStride), 1, Inputs, list + 16);
            *(ActiveRun*)list = new()
            {
                Inputs = active.Constant,
                Values = active.ConstantValues,
                Count = active.ConstantCount,
            };
        }
        for (int first = 0; first < Outputs; first += Int8Panels.Width)
        {
            for (int row = 0; row < rows; row++)
            {
                Sum(Panels.Codes(first), *(ActiveRun*)(lists + (row * RowLength)), scratch);
                Panels.Finish(first, scratch, output + (row * outputStride) + first);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(sbyte* codes, ActiveRun run, float* sums)
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        for (int k = 0; k < run.Count; k++)
        {
            sbyte* weights = codes + ((long)run.Inputs[k] * Int8Panels.Width);
            var value = Vector256.Create(run.Values[k]);
            a = Vector256.MultiplyAddEstimate(Floats(weights), value, a);
            b = Vector256.MultiplyAddEstimate(Floats(weights + 8), value, b);
            c = Vector256.MultiplyAddEstimate(Floats(weights + 16), value, c);
            d = Vector256.MultiplyAddEstimate(Floats(weights + 24), value, d);
        }
        a.Store(sums);
        b.Store(sums + 8);
        c.Store(sums + 16);
        d.Store(sums + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Floats(sbyte* weights)
    {
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            return Vector256.ConvertToSingle(System.Runtime.Intrinsics.X86.Avx2.ConvertToVector256Int32(weights));
        }
        Vector128<short> wide = Vector128.WidenLower(Vector128.CreateScalar(*(long*)weights).AsSByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(wide), Vector128.WidenUpper(wide)));
    }
}
