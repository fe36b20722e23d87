using Microsoft.ML.Spiking.Training.Torch.Tensors;
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

/// <summary><see cref="IfNeuron"/>, which has the equations.</summary>
internal sealed class OpByOpIf(IfNeuron definition) : OpByOpNeuron(definition)
{
    private readonly double _rest = definition.Rest;

    private protected override (Tensor Spikes, NeuronState State) Step(
        NeuronState state, Tensor x, IReadOnlyList<Tensor> learned)
    {
        Tensor v = state.Potential is Tensor before ? before.Plus(x) : _rest == 0 ? x : x.Plus(_rest);
        Tensor s = Fire(v);
        return (s, new(Reset(v, s)));
    }
}

/// <summary><see cref="PlifNeuron"/>, which has the equations; the leak 1/tau = sigmoid(w) is learned.</summary>
internal sealed class OpByOpPlif(PlifNeuron definition) : OpByOpNeuron(definition)
{
    private readonly double _rest = definition.Rest;

    private protected override (Tensor Spikes, NeuronState State) Step(
        NeuronState state, Tensor x, IReadOnlyList<Tensor> learned)
    {
        Tensor leak = sigmoid(learned[0]);
        Tensor v = Charge(state.Potential, definition.DecayInput ? x * leak : x, leak);
        Tensor s = Fire(v);
        return (s, new(Reset(v, s)));
    }

    // v + leak (rest - v) + x; the potential starts at rest, where nothing leaks.
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

/// <summary>
/// The charge of a leaky neuron with a fixed time constant: v &lt;- v (1 - 1/tau) + rest/tau + x, where rest is the
/// hard reset's potential, or the soft reset's initial one, and also the potential before the first step. A decayed x
/// is divided by tau.
/// </summary>
internal readonly struct LeakyCharge(LeakyNeuronDefinition definition)
{
    private readonly double _tau = definition.MembraneTimeConstant;
    private readonly double _rest = definition.Rest;
    private readonly bool _decayInput = definition.DecayInput;

    /// <summary>Returns the potential before firing.</summary>
    /// <param name="v">The potential after the last step; null before the first.</param>
    /// <param name="current">The current of the step.</param>
    public Tensor Step(Tensor? v, Tensor current)
    {
        Tensor x = _decayInput ? current.Over(_tau) : current;
        if (v is null)
        {
            return _rest == 0 ? x : x.Plus(_rest);
        }
        Tensor charged = x.Plus(v, factor: 1 - (1 / _tau));
        return _rest == 0 ? charged : charged.Plus(_rest / _tau);
    }
}
