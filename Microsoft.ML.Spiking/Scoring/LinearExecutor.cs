using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// A linear layer: for each input that is active at any step its weights are loaded once, and they update several
/// steps of some neighbouring outputs in registers. With constant input there is one step.
/// </summary>
/// <param name="weights">[outputs, inputs].</param>
/// <param name="bias">[outputs].</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
internal sealed unsafe class LinearExecutor<TLanes, TWide>(float[] weights, float[] bias, int timeSteps) : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    private readonly int _inputs = weights.Length / bias.Length;
    private readonly int _outputs = bias.Length;
    private readonly PanelWeights<TLanes, TWide> _weights = new(weights, bias, weights.Length / bias.Length);
    private readonly TimeBlocks _blocks = new(timeSteps, PanelProduct<TWide>.MaxSteps);

    public override long OutputLength => (long)timeSteps * _outputs;

    // The active inputs and their values.
    public override long ScratchLength =>
        PanelWeights<TLanes, TWide>.OverhangLength + ((long)_inputs * timeSteps) + _inputs;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        float* overhang = scratch;
        ActiveRun run;
        run.Values = overhang + PanelWeights<TLanes, TWide>.OverhangLength;
        run.Inputs = (int*)(run.Values + ((long)_inputs * timeSteps));
        run.Count = ActiveInputs.Find<TLanes>(input, timeSteps, _inputs, run.Inputs, run.Values);
        run.WeightOffset = 0;
        for (int first = 0; first < _outputs; first += _weights.Width(first))
        {
            for (int block = 0; block < _blocks.Count; block++)
            {
                int from = _blocks.Start(block);
                _weights.FromActive(first, &run, 1, from, timeSteps, _blocks.Start(block + 1) - from,
                    output + ((long)from * _outputs) + first, _outputs, overhang);
            }
        }
    }
}
