using Microsoft.ML.Spiking.Training.Torch.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>A layer of op-by-op neurons, run one step at a time.</summary>
internal sealed class NeuronSteps
{
    private readonly IEnumerator<Tensor> _spikes;
    private Tensor? _current;

    public NeuronSteps(NeuronDefinition neuron, IReadOnlyList<Tensor> learned) =>
        _spikes = OpByOpNeuron.Create(neuron).Steps(Currents(), learned).GetEnumerator();

    /// <summary>Returns the next step's spikes.</summary>
    public Tensor Step(Tensor current)
    {
        _current = current;
        _spikes.MoveNext();
        return _spikes.Current;
    }

    private IEnumerable<Tensor> Currents()
    {
        while (true)
        {
            yield return _current!;
        }
    }
}
