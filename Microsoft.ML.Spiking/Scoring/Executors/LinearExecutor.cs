using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A linear layer: for each input that is active at any step its weights are loaded once, and they update several
/// steps of some neighbouring outputs in registers; an input that does not change updates one sum for all steps. With
/// constant input there is one step.
/// </summary>
/// <param name="weights">[outputs, inputs].</param>
/// <param name="bias">[outputs].</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
internal sealed unsafe class LinearExecutor<TLanes, TWide>(float[] weights, float[] bias, int timeSteps)
    : PanelLinearExecutor<TLanes, TWide>(weights, bias, timeSteps, PanelProduct<TWide>.MaxSteps)
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    public override long ScratchLengthFor(int rows) =>
        PanelWeights<TLanes, TWide>.OverhangLength + TWide.Width + (rows * RowLength);

    // Two runs, the changing inputs and the constant ones, and their lists; whole cache lines.
    private long RowLength =>
        (((2 * sizeof(ActiveRun) / sizeof(float)) + ActiveInputs.Length(Inputs, TimeSteps)) / 16 + 1) * 16;

    /// <inheritdoc/>
    /// <remarks>
    /// Panel by panel: its weights come into the second cache for the first row and are there for the others. Pointers
    /// stay within their buffers: the lists of a row hold at most as many inputs as there are, each below the number of
    /// inputs, and a panel that would stick out beyond the last output goes to the overhang.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RunRows(
        float* input, long inputStride, float* output, long outputStride, int rows, float* scratch)
    {
        float* overhang = scratch, start = overhang + PanelWeights<TLanes, TWide>.OverhangLength;
        float* lists = start + TWide.Width;
        for (int row = 0; row < rows; row++)
        {
            Find(input + (row * inputStride), lists + (row * RowLength));
        }
        if (TimeSteps == 1)
        {
            OneStep(output, outputStride, rows, lists, overhang);
            return;
        }
        for (int first = 0; first < Outputs; first += Weights.Width(first))
        {
            for (int row = 0; row < rows; row++)
            {
                var runs = (ActiveRun*)(lists + (row * RowLength));
                Weights.FromConstant(first, runs, 1, start);
                for (int block = 0; block < Blocks.Count; block++)
                {
                    int from = Blocks.Start(block);
                    Weights.FromActive(first, start, runs + 1, 1, from, TimeSteps, Blocks.Start(block + 1) - from,
                        output + (row * outputStride) + ((long)from * Outputs) + first, Outputs, overhang);
                }
            }
        }
    }

    // All inputs are constant.
    private void OneStep(float* output, long outputStride, int rows, float* lists, float* overhang)
    {
        for (int first = 0, end; first < Outputs; first = end)
        {
            end = Weights.CachedEnd(first, PanelProduct<TWide>.SidePanels);
            for (int row = 0; row < rows; row++)
            {
                Weights.FromOneStep(first, end, (ActiveRun*)(lists + (row * RowLength)), 1,
                    output + (row * outputStride) + first, overhang);
            }
        }
    }

    /// <summary>Leaves two runs, first the inputs that are constant, then those that change.</summary>
    private void Find(float* input, float* memory)
    {
        var runs = (ActiveRun*)memory;
        ActiveInputs active = ActiveInputs.Find<TLanes>(input, TimeSteps, Inputs, (float*)(runs + 2));
        runs[0] = new() { Inputs = active.Constant, Values = active.ConstantValues, Count = active.ConstantCount };
        runs[1] = new() { Inputs = active.Changing, Values = active.Values, Count = active.ChangingCount };
    }
}
