using System.Numerics;

namespace Microsoft.ML.Spiking.Scoring.Executors.Graded;

/// <summary>
/// Neurons that spike at most once: the values that their spikes stand for, 0 without a spike. A value that is not a
/// number stays so.
/// </summary>
internal sealed unsafe class FirstSpikeExecutor(
    FirstSpikeNeuron neuron, int timeSteps, int size, bool constantCurrent) : LayerExecutor
{
    private readonly float _window = (float)neuron.Window;
    private readonly float _tick = (float)(neuron.Tick ?? 0);
    private readonly float _ticksPerUnit = (float)(1 / (neuron.Tick ?? 1));

    public override long OutputLength => (long)timeSteps * size;

    public override void Run(float* input, float* output, float* scratch)
    {
        long length = constantCurrent ? size : OutputLength;
        long i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Store(Values(Vector.Load(input + i)), output + i);
        }
        for (; i < length; i++)
        {
            output[i] = Values(new Vector<float>(input[i]))[0];
        }
        for (int t = 1; constantCurrent && t < timeSteps; t++)
        {
            new Span<float>(output, size).CopyTo(new Span<float>(output + ((long)t * size), size));
        }
    }

    private Vector<float> Values(Vector<float> current)
    {
        Vector<float> window = new(_window);
        Vector<float> values =
            Vector.ConditionalSelect(Vector.LessThan(current, Vector<float>.Zero), Vector<float>.Zero, current);
        values = Vector.ConditionalSelect(Vector.GreaterThan(values, window), window, values);
        if (_tick > 0)
        {
            values = Vector.Floor((values * _ticksPerUnit) + new Vector<float>(0.5f)) * _tick;
            values = Vector.ConditionalSelect(Vector.GreaterThan(values, window), window, values);
        }
        return values;
    }
}
