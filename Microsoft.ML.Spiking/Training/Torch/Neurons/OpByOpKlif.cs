using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary><see cref="KlifNeuron"/>, which has the equations; k is learned.</summary>
internal sealed class OpByOpKlif(KlifNeuron definition) : OpByOpNeuron(definition)
{
    private readonly LeakyCharge _charge = new(definition);

    private protected override (Tensor Spikes, NeuronState State) Step(
        NeuronState state, Tensor x, IReadOnlyList<Tensor> learned)
    {
        Tensor k = learned[0];
        Tensor v = nn.functional.relu(k * _charge.Step(state.Potential, x));
        Tensor s = Fire(v);
        return (s, new(Reset(v, s, k)));
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
