using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary><see cref="LifNeuron"/>, which has the equations.</summary>
internal sealed class OpByOpLif(LifNeuron definition) : OpByOpNeuron(definition)
{
    private readonly LeakyCharge _charge = new(definition);

    private protected override (Tensor Spikes, NeuronState State) Step(
        NeuronState state, Tensor x, IReadOnlyList<Tensor> learned)
    {
        Tensor v = _charge.Step(state.Potential, x);
        Tensor s = Fire(v);
        return (s, new(Reset(v, s)));
    }
}
