using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;

namespace Microsoft.ML.Spiking.Scoring.Int8;

/// <summary>The common part of linear layers with weights of int8: the sizes and the weights in panels.</summary>
/// <param name="rows">[outputs, inputs].</param>
/// <param name="bias">[outputs].</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
internal abstract unsafe class Int8LayerExecutor(Int8Rows rows, float[] bias, int timeSteps) : LayerExecutor
{
    private protected readonly int Inputs = rows.Codes.Length / bias.Length;
    private protected readonly int Outputs = bias.Length;
    private protected readonly int TimeSteps = timeSteps;
    private protected readonly Int8Panels Panels = new(rows, bias);

    public sealed override long OutputLength => (long)TimeSteps * Outputs;

    public sealed override long ScratchLength => ScratchLengthFor(1);

    // Smaller weights stay in the second-level cache beside all that a row needs.
    public sealed override bool GainsFromRows => (long)Inputs * Outputs > 1 << 17;

    /// <summary>
    /// Returns the layer in int8; null where it is better computed with the float32 that its weights stand for: few
    /// outputs, values that differ from step to step without being spikes, or vectors of fewer than 256 bits.
    /// </summary>
    public static LayerExecutor? Of<TLanes>(FoldedWeights weights, int timeSteps, SignalKind kind)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (TLanes.Count < 8 || !Int8Panels.Takes(weights))
        {
            return null;
        }
        return kind == SignalKind.Spikes
            ? new Int8SpikeLinearExecutor<TLanes>(weights.Int8!, weights.Bias, timeSteps)
            : timeSteps == 1 ? new Int8LinearExecutor<TLanes>(weights.Int8!, weights.Bias) : null;
    }

    public sealed override void Run(float* input, float* output, float* scratch) =>
        RunRows(input, inputStride: 0, output, outputStride: 0, rows: 1, scratch);
}
