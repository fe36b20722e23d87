using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// A linear layer: for each input that is active at any step its weights are loaded once, and they update several
/// steps of some neighbouring outputs in registers; an input that does not change updates one sum for all steps. With
/// constant input there is one step.
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

    public override long ScratchLength =>
        PanelWeights<TLanes, TWide>.OverhangLength + TWide.Width + ActiveInputs.Length(_inputs, timeSteps);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        float* overhang = scratch, start = overhang + PanelWeights<TLanes, TWide>.OverhangLength;
        ActiveInputs active = ActiveInputs.Find<TLanes>(input, timeSteps, _inputs, start + TWide.Width);
        ActiveRun changing, constant;
        changing.Inputs = active.Changing;
        changing.Values = active.Values;
        changing.Count = active.ChangingCount;
        constant.Inputs = active.Constant;
        constant.Values = active.ConstantValues;
        constant.Count = active.ConstantCount;
        changing.WeightOffset = constant.WeightOffset = 0;
        for (int first = 0; first < _outputs; first += _weights.Width(first))
        {
            _weights.FromConstant(first, &constant, 1, start);
            for (int block = 0; block < _blocks.Count; block++)
            {
                int from = _blocks.Start(block);
                _weights.FromActive(first, start, &changing, 1, from, timeSteps, _blocks.Start(block + 1) - from,
                    output + ((long)from * _outputs) + first, _outputs, overhang);
            }
        }
    }
}
