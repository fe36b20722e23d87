using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A linear layer of spikes: inputs with the same spikes in a block of steps are taken together, which needs one
/// addition for each of them and each output instead of a product for each step.
/// </summary>
/// <param name="weights">[outputs, inputs].</param>
/// <param name="bias">[outputs].</param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class SpikeLinearExecutor<TLanes, TWide>(float[] weights, float[] bias, int timeSteps)
    : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    private readonly int _inputs = weights.Length / bias.Length;
    private readonly int _outputs = bias.Length;
    private readonly PanelWeights<TLanes, TWide> _weights = new(weights, bias, weights.Length / bias.Length);
    private readonly TimeBlocks _blocks = new(timeSteps, SpikePatterns.MaxSteps);

    public override long OutputLength => (long)timeSteps * _outputs;

    public override long ScratchLength => ScratchLengthFor(1);

    // Smaller weights stay in the second-level cache beside all that a row needs.
    public override bool GainsFromRows => (long)_inputs * _outputs > 1 << 17;

    // Of a row and block of steps.
    private long GroupsLength => SpikeGroups.Length(_inputs);

    public override long ScratchLengthFor(int rows) => PanelWeights<TLanes, TWide>.OverhangLength + CountsLength(rows) +
        ((long)rows * _blocks.Count * GroupsLength) + SpikeEvents.Length(_inputs);

    public override void Run(float* input, float* output, float* scratch) =>
        RunRows(input, inputStride: 0, output, outputStride: 0, rows: 1, scratch);

    /// <inheritdoc/>
    /// <remarks>
    /// Panel by panel: its weights come into the second cache for the first row and are there for the others. Pointers
    /// stay within their buffers: a row and block of steps has at most as many groups as there are patterns and as many
    /// places as inputs, which is what <see cref="GroupsLength"/> counts; the events of one block are no longer needed
    /// when the next block's are found; and a panel that would stick out beyond the last output goes to the overhang.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RunRows(
        float* input, long inputStride, float* output, long outputStride, int rows, float* scratch)
    {
        float* overhang = scratch, groups = overhang + PanelWeights<TLanes, TWide>.OverhangLength + CountsLength(rows);
        int* counts = (int*)(overhang + PanelWeights<TLanes, TWide>.OverhangLength);
        int lines = rows * _blocks.Count;
        for (int line = 0; line < lines; line++)
        {
            int block = line % _blocks.Count, from = _blocks.Start(block);
            float* spikes = input + (line / _blocks.Count * inputStride) + ((long)from * _inputs);
            SpikeEvents events = SpikeEvents.Find<TLanes>(
                spikes, _blocks.Start(block + 1) - from, _inputs, groups + (lines * GroupsLength));
            var all = new ActiveRun { Inputs = events.Inputs, Count = events.Count };
            counts[line] = SpikeGroups.Of(in events, &all, 1, groups + (line * GroupsLength)).Count;
        }
        for (int first = 0; first < _outputs; first += _weights.Width(first))
        {
            for (int line = 0; line < lines; line++)
            {
                int block = line % _blocks.Count, from = _blocks.Start(block), steps = _blocks.Start(block + 1) - from;
                float* target = output + (line / _blocks.Count * outputStride) + ((long)from * _outputs) + first;
                _weights.FromGroups(first, (ActiveRun*)(groups + (line * GroupsLength)), counts[line], steps,
                    target, _outputs, overhang);
            }
        }
    }

    private long CountsLength(int rows) => (((long)rows * _blocks.Count) + 15) / 16 * 16;
}
