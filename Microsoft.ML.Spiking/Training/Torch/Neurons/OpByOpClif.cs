using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// <see cref="ClifNeuron"/>, which has the equations. A detached reset takes the spike as given in the last line only:
/// the gradient through the complementary potential stays.
/// </summary>
internal sealed class OpByOpClif(ClifNeuron definition) : OpByOpNeuron(definition)
{
    private readonly LeakyCharge _charge = new(definition);

    private protected override (Tensor Spikes, NeuronState State) Step(
        NeuronState state, Tensor x, IReadOnlyList<Tensor> learned)
    {
        Tensor v = _charge.Step(state.Potential, x);
        Tensor s = Fire(v);
        Tensor m = state.Complementary is null // m starts at 0
            ? s.alias()
            : (state.Complementary * sigmoid(v.Over(definition.MembraneTimeConstant))).Plus(s);
        Tensor reset = ForReset(s);
        v = definition.ResetPotential is double rest
            ? (reset.OneMinus() * v).Plus(reset * sigmoid(m).neg().Plus(rest))
            : v - (reset * sigmoid(m).Plus(definition.Threshold));
        return (s, new(v, m));
    }
}
