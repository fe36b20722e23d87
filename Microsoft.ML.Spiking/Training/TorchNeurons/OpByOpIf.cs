using Microsoft.ML.Spiking.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary><see cref="IfNeuron"/>, which has the equations.</summary>
internal sealed class OpByOpIf(IfNeuron definition) : OpByOpNeuron(definition)
{
    private protected override IEnumerable<Tensor> Walk(
        NeuronCurrent current, IReadOnlyList<Tensor> learned, NeuronTrace? trace)
    {
        double rest = definition.ResetPotential ?? 0;
        Tensor? v = null;
        foreach (Tensor x in current.Steps())
        {
            v = v is not null ? v.Plus(x) : rest == 0 ? x : x.Plus(rest);
            Tensor s = Fire(v);
            v = Reset(v, s);
            trace?.Add(v);
            yield return s;
        }
    }
}
