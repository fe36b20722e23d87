using Microsoft.ML.Spiking.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary><see cref="KlifNeuron"/>, which has the equations; k is learned.</summary>
internal sealed class OpByOpKlif(KlifNeuron definition) : OpByOpNeuron(definition)
{
    private protected override IEnumerable<Tensor> Walk(
        NeuronCurrent current, IReadOnlyList<Tensor> learned, NeuronTrace? trace)
    {
        Tensor k = learned[0];
        var charge = new LeakyCharge(definition);
        Tensor? v = null;
        foreach (Tensor x in charge.Inputs(current))
        {
            v = nn.functional.relu(k * charge.Step(v, x));
            Tensor s = Fire(v);
            v = Reset(v, s, k);
            trace?.Add(v);
            yield return s;
        }
    }

    private Tensor Reset(Tensor v, Tensor spikes, Tensor k)
    {
        if (!definition.ScaleReset)
        {
            return Reset(v, spikes);
        }
        Tensor s = ForReset(spikes);
        return definition.ResetPotential is double rest
            ? (s.OneMinus() * (v / k)).Plus(s.Times(rest))
            : (v - s.Times(definition.Threshold)) / k;
    }
}
