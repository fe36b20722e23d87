using System.Numerics;

namespace Microsoft.ML.Spiking.Scoring.Executors.Graded;

/// <summary>A layer of <see cref="BurstNeuron"/>, step by step over all neurons.</summary>
/// <param name="neuron">The neuron.</param>
/// <param name="timeSteps">T.</param>
/// <param name="size">Number of neurons.</param>
/// <param name="constantCurrent">Whether the current is the same at every step.</param>
internal sealed unsafe class BurstExecutor(BurstNeuron neuron, int timeSteps, int size, bool constantCurrent)
    : LayerExecutor
{
    private readonly float _threshold = (float)neuron.Threshold;
    private readonly float _most = neuron.MaximumSpikes;

    public override long OutputLength => (long)timeSteps * size;

    public override long ScratchLength => size; // the potentials

    public override StepExecutor AtStep() => new AtStepExecutor(this, size);

    public override void Run(float* input, float* output, float* scratch)
    {
        new Span<float>(scratch, size).Clear();
        for (int t = 0; t < timeSteps; t++)
        {
            Step(input + (constantCurrent ? 0 : (long)t * size), output + ((long)t * size), scratch);
        }
    }

    /// <summary>Takes one step.</summary>
    /// <param name="current">[size].</param>
    /// <param name="output">[size].</param>
    /// <param name="potential">[size]: before and after the step.</param>
    private void Step(float* current, float* output, float* potential)
    {
        int i = 0;
        for (; i <= size - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> v = Vector.Load(potential + i) + Vector.Load(current + i);
            Vector<float> value = Values(v);
            Vector.Store(value, output + i);
            Vector.Store(v - value, potential + i);
        }
        for (; i < size; i++)
        {
            float v = potential[i] + current[i];
            output[i] = Values(new Vector<float>(v))[0];
            potential[i] = v - output[i];
        }
    }

    private Vector<float> Values(Vector<float> potential)
    {
        var most = new Vector<float>(_most);
        Vector<float> spikes = Vector.Floor(potential / new Vector<float>(_threshold));
        // A value that is not a number stays so.
        spikes = Vector.ConditionalSelect(Vector.LessThan(spikes, Vector<float>.Zero), Vector<float>.Zero, spikes);
        spikes = Vector.ConditionalSelect(Vector.GreaterThan(spikes, most), most, spikes);
        return spikes * _threshold;
    }

    /// <summary>The same for one step of a stream; the potentials are carried.</summary>
    private sealed class AtStepExecutor(BurstExecutor layer, int size) : StepExecutor
    {
        public override long OutputLength => size;

        public override long StateLength => size;

        public override void Reset(float* state) => new Span<float>(state, size).Clear();

        public override void Run(float* input, float* output, float* state, float* scratch, int steps) =>
            layer.Step(input, output, state);
    }
}
