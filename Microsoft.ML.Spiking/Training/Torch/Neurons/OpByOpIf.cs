using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary><see cref="IfNeuron"/>, which has the equations.</summary>
internal sealed class OpByOpIf(IfNeuron definition) : OpByOpNeuron(definition)
{
    private readonly double _rest = definition.ResetPotential ?? 0;

    private protected override (Tensor Spikes, NeuronState State) Step(
        NeuronState state, Tensor x, IReadOnlyList<Tensor> learned)
    {
        Tensor v = state.Potential is Tensor before ? before.Plus(x) : _rest == 0 ? x : x.Plus(_rest);
        Tensor s = Fire(v);
        return (s, new(Reset(v, s)));
    }
}
