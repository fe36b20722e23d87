using Microsoft.ML.Spiking.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary>
/// <see cref="ClifNeuron"/>, which has the equations. A detached reset takes the spike as given in the last line only:
/// the gradient through the complementary potential, which is the neuron's point, stays.
/// </summary>
internal sealed class OpByOpClif(ClifNeuron definition) : OpByOpNeuron(definition)
{
    private protected override IEnumerable<Tensor> Walk(
        NeuronCurrent current, IReadOnlyList<Tensor> learned, NeuronTrace? trace)
    {
        double tau = definition.MembraneTimeConstant;
        var charge = new LeakyCharge(definition);
        Tensor? v = null;
        Tensor? m = null;
        foreach (Tensor x in charge.Inputs(current))
        {
            v = charge.Step(v, x);
            Tensor s = Fire(v);
            m = m is null ? s : (m * sigmoid(v.Over(tau))).Plus(s); // m starts at 0
            Tensor reset = ForReset(s);
            v = definition.ResetPotential is double rest
                ? (reset.OneMinus() * v).Plus(reset * sigmoid(m).neg().Plus(rest))
                : v - (reset * sigmoid(m).Plus(definition.Threshold));
            trace?.Add(v, m);
            yield return s;
        }
    }
}
