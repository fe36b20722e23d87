using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// A linear layer: for each input that is active at any step its weights are loaded once, and they update several
/// steps of some neighbouring outputs in registers. With constant input there is one step.
/// </summary>
/// <remarks>
/// Outputs are cut into wide panels and, at the end, narrow ones; a panel's weights lie together, [inputs, width], and
/// missing outputs weigh nothing.
/// </remarks>
internal sealed unsafe class LinearExecutor<TLanes, TWide> : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    private readonly int _timeSteps;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly AlignedFloats _weights;
    private readonly AlignedFloats _bias;

    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs]; empty for none.</param>
    /// <param name="inputs">Length of the arriving vector.</param>
    /// <param name="outputs">Length of the leaving vector.</param>
    /// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
    public LinearExecutor(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int inputs, int outputs, int timeSteps)
    {
        _timeSteps = timeSteps;
        _inputs = inputs;
        _outputs = outputs;
        int padded = outputs + PanelWidth(0);
        _bias = new AlignedFloats(padded);
        bias.CopyTo(new Span<float>(_bias.Pointer, outputs));
        _weights = new AlignedFloats((long)inputs * padded);
        for (int first = 0; first < outputs; first += PanelWidth(first))
        {
            Pack(weights, first);
        }
    }

    public override long OutputLength => (long)_timeSteps * _outputs;

    // The active inputs, their values, and a panel that sticks out beyond the last output.
    public override long ScratchLength =>
        _inputs + ((long)_inputs * _timeSteps) + (PanelProduct<TWide>.MaxSteps * (long)TWide.Width) + 32;

    private static int NarrowWidth => TLanes.Count;

    public override void Run(float* input, float* output, float* scratch)
    {
        float* overhang = scratch;
        float* values = overhang + (PanelProduct<TWide>.MaxSteps * TWide.Width);
        int* active = (int*)(values + ((long)_inputs * _timeSteps));
        int count = ActiveInputs.Find<TLanes>(input, _timeSteps, _inputs, active, values);
        int groups = (_timeSteps + PanelProduct<TWide>.MaxSteps - 1) / PanelProduct<TWide>.MaxSteps;
        for (int first = 0; first < _outputs; first += PanelWidth(first))
        {
            int width = PanelWidth(first);
            for (int group = 0; group < groups; group++)
            {
                int from = (int)((long)_timeSteps * group / groups);
                int steps = (int)((long)_timeSteps * (group + 1) / groups) - from;
                float* target = output + ((long)from * _outputs) + first;
                bool fits = first + width <= _outputs;
                Product(first, active, values + from, count, steps, fits ? target : overhang, fits ? _outputs : width);
                for (int t = 0; !fits && t < steps; t++)
                {
                    int left = _outputs - first;
                    new Span<float>(overhang + (t * width), left).CopyTo(
                        new Span<float>(target + ((long)t * _outputs), left));
                }
            }
        }
    }

    private void Product(int first, int* active, float* values, int count, int steps, float* output, int outputStride)
    {
        float* weights = _weights.Pointer + ((long)first * _inputs);
        float* bias = _bias.Pointer + first;
        if (PanelWidth(first) == TWide.Width)
        {
            PanelProduct<TWide>.Run(weights, bias, active, values, count, _timeSteps, steps, output, outputStride);
        }
        else
        {
            PanelProduct<Panel1<TLanes>>.Run(
                weights, bias, active, values, count, _timeSteps, steps, output, outputStride);
        }
    }

    private void Pack(ReadOnlySpan<float> weights, int first)
    {
        int width = PanelWidth(first);
        float* panel = _weights.Pointer + ((long)first * _inputs);
        for (int o = first; o < Math.Min(first + width, _outputs); o++)
        {
            ReadOnlySpan<float> row = weights.Slice(checked(o * _inputs), _inputs);
            for (int i = 0; i < row.Length; i++)
            {
                panel[((long)i * width) + o - first] = row[i];
            }
        }
    }

    /// <summary>The width of the panel that starts at output <paramref name="first"/>.</summary>
    private int PanelWidth(int first) => _outputs - first >= TWide.Width ? TWide.Width : NarrowWidth;
}
