using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Int8;

/// <summary>
/// A linear layer of spikes with weights of int8: sums of codes are exact, and one multiplication by the output's scale
/// follows.
/// </summary>
/// <param name="rows">[outputs, inputs].</param>
/// <param name="bias">[outputs].</param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class Int8SpikeLinearExecutor<TLanes>(Int8Rows rows, float[] bias, int timeSteps)
    : Int8LayerExecutor(rows, bias, timeSteps) where TLanes : unmanaged, ILanes<TLanes>
{
    private const int SumsLength = SpikePatterns.MaxSteps * Int8Panels.Width;

    private readonly TimeBlocks _blocks = new(timeSteps, SpikePatterns.MaxSteps);

    private long GroupsLength => SpikeGroups.Length(Inputs);

    public override long ScratchLengthFor(int rows) =>
        SumsLength + CountsLength(rows) + ((long)rows * _blocks.Count * GroupsLength) + SpikeEvents.Length(Inputs);

    /// <inheritdoc/>
    /// <remarks>
    /// Panel by panel, as in <see cref="SpikeLinearExecutor{TLanes, TWide}"/>, and within the buffers for the same
    /// reasons; a panel that would stick out beyond the last output is finished elsewhere and copied.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RunRows(
        float* input, long inputStride, float* output, long outputStride, int rows, float* scratch)
    {
        int* sums = (int*)scratch, counts = sums + SumsLength;
        float* groups = scratch + SumsLength + CountsLength(rows);
        int lines = rows * _blocks.Count;
        for (int line = 0; line < lines; line++)
        {
            int block = line % _blocks.Count, from = _blocks.Start(block);
            float* spikes = input + (line / _blocks.Count * inputStride) + ((long)from * Inputs);
            SpikeEvents events = SpikeEvents.Find<TLanes>(
                spikes, _blocks.Start(block + 1) - from, Inputs, groups + (lines * GroupsLength));
            var all = new ActiveRun { Inputs = events.Inputs, Count = events.Count };
            counts[line] = SpikeGroups.Of(in events, &all, 1, groups + (line * GroupsLength)).Count;
        }
        for (int first = 0; first < Outputs; first += Int8Panels.Width)
        {
            for (int line = 0; line < lines; line++)
            {
                int block = line % _blocks.Count, from = _blocks.Start(block), steps = _blocks.Start(block + 1) - from;
                float* target = output + (line / _blocks.Count * outputStride) + ((long)from * Outputs) + first;
                Int8GroupSums.Run(
                    Panels.Codes(first), (ActiveRun*)(groups + (line * GroupsLength)), counts[line], steps, sums);
                for (int t = 0; t < steps; t++)
                {
                    Panels.Finish(first, sums + (t * Int8Panels.Width), target + ((long)t * Outputs));
                }
            }
        }
    }

    private long CountsLength(int rows) => (((long)rows * _blocks.Count) + 15) / 16 * 16;
}
