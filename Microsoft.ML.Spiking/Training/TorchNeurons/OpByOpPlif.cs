using Microsoft.ML.Spiking.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary><see cref="PlifNeuron"/>, which has the equations; the leak 1/tau = sigmoid(w) is learned.</summary>
internal sealed class OpByOpPlif(PlifNeuron definition) : OpByOpNeuron(definition)
{
    private protected override IEnumerable<Tensor> Walk(
        NeuronCurrent current, IReadOnlyList<Tensor> learned, NeuronTrace? trace)
    {
        double rest = definition.ResetPotential ?? 0;
        Tensor leak = sigmoid(learned[0]);
        NeuronCurrent input = definition.DecayInput ? current with { Values = current.Values * leak } : current;
        Tensor? v = null;
        foreach (Tensor x in input.Steps())
        {
            v = Charge(v, x, leak, rest);
            Tensor s = Fire(v);
            v = Reset(v, s);
            trace?.Add(v);
            yield return s;
        }
    }

    /// <summary>v + leak (rest - v) + x; the potential starts at rest, where nothing leaks.</summary>
    private static Tensor Charge(Tensor? v, Tensor x, Tensor leak, double rest)
    {
        if (v is null)
        {
            return rest == 0 ? x : x.Plus(rest);
        }
        Tensor charged = (v * leak.OneMinus()).Plus(x);
        return rest == 0 ? charged : charged.Plus(leak, factor: rest);
    }
}
