using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary><see cref="PlifNeuron"/>, which has the equations; the leak 1/tau = sigmoid(w) is learned.</summary>
internal sealed class OpByOpPlif(PlifNeuron definition) : OpByOpNeuron(definition)
{
    private readonly double _rest = definition.ResetPotential ?? 0;

    private protected override (Tensor Spikes, NeuronState State) Step(
        NeuronState state, Tensor x, IReadOnlyList<Tensor> learned)
    {
        Tensor leak = sigmoid(learned[0]);
        Tensor v = Charge(state.Potential, definition.DecayInput ? x * leak : x, leak);
        Tensor s = Fire(v);
        return (s, new(Reset(v, s)));
    }

    /// <summary>v + leak (rest - v) + x; the potential starts at rest, where nothing leaks.</summary>
    private Tensor Charge(Tensor? v, Tensor x, Tensor leak)
    {
        if (v is null)
        {
            return _rest == 0 ? x : x.Plus(_rest);
        }
        Tensor charged = (v * leak.OneMinus()).Plus(x);
        return _rest == 0 ? charged : charged.Plus(leak, factor: _rest);
    }
}
