using Microsoft.ML.Spiking.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary><see cref="LifNeuron"/>, which has the equations.</summary>
internal sealed class OpByOpLif(LifNeuron definition) : OpByOpNeuron(definition)
{
    private protected override IEnumerable<Tensor> Walk(
        NeuronCurrent current, IReadOnlyList<Tensor> learned, NeuronTrace? trace)
    {
        var charge = new LeakyCharge(definition);
        Tensor? v = null;
        foreach (Tensor x in charge.Inputs(current))
        {
            v = charge.Step(v, x);
            Tensor s = Fire(v);
            v = Reset(v, s);
            trace?.Add(v);
            yield return s;
        }
    }
}
