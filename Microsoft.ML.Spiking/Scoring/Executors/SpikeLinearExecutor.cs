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
    : PanelLinearExecutor<TLanes, TWide>(weights, bias, timeSteps, SpikePatterns.MaxSteps)
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    // Of a row and block of steps.
    private long GroupsLength => SpikeGroups.Length(Inputs);

    public override long ScratchLengthFor(int rows) => PanelWeights<TLanes, TWide>.OverhangLength + CountsLength(rows) +
        ((long)rows * Blocks.Count * GroupsLength) + SpikeEvents.Length(Inputs);

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
        int lines = rows * Blocks.Count;
        for (int line = 0; line < lines; line++)
        {
            int block = line % Blocks.Count, from = Blocks.Start(block);
            float* spikes = input + (line / Blocks.Count * inputStride) + ((long)from * Inputs);
            SpikeEvents events = SpikeEvents.Find<TLanes>(
                spikes, Blocks.Start(block + 1) - from, Inputs, groups + (lines * GroupsLength));
            var all = new ActiveRun { Inputs = events.Inputs, Count = events.Count };
            counts[line] = SpikeGroups.Of(in events, &all, 1, groups + (line * GroupsLength)).Count;
        }
        for (int first = 0; first < Outputs; first += Weights.Width(first))
        {
            for (int line = 0; line < lines; line++)
            {
                int block = line % Blocks.Count, from = Blocks.Start(block), steps = Blocks.Start(block + 1) - from;
                float* target = output + (line / Blocks.Count * outputStride) + ((long)from * Outputs) + first;
                Weights.FromGroups(first, (ActiveRun*)(groups + (line * GroupsLength)), counts[line], steps,
                    target, Outputs, overhang);
            }
        }
    }

    private long CountsLength(int rows) => (((long)rows * Blocks.Count) + 15) / 16 * 16;
}
