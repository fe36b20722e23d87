using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// The common part of linear layers that go by active inputs or by spikes: the sizes, the weights in panels, and the
/// blocks of steps.
/// </summary>
/// <param name="weights">[outputs, inputs].</param>
/// <param name="bias">[outputs].</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
/// <param name="blockSteps">The maximum number of steps in a block.</param>
internal abstract unsafe class PanelLinearExecutor<TLanes, TWide>(
    float[] weights, float[] bias, int timeSteps, int blockSteps) : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    private protected readonly int Inputs = weights.Length / bias.Length;
    private protected readonly int Outputs = bias.Length;
    private protected readonly int TimeSteps = timeSteps;
    private protected readonly PanelWeights<TLanes, TWide> Weights = new(weights, bias, weights.Length / bias.Length);
    private protected readonly TimeBlocks Blocks = new(timeSteps, blockSteps);

    public sealed override long OutputLength => (long)TimeSteps * Outputs;

    public sealed override long ScratchLength => ScratchLengthFor(1);

    // Smaller weights stay in the second-level cache beside all that a row needs.
    public sealed override bool GainsFromRows => (long)Inputs * Outputs > 1 << 17;

    public sealed override void Run(float* input, float* output, float* scratch) =>
        RunRows(input, inputStride: 0, output, outputStride: 0, rows: 1, scratch);
}
