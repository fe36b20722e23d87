using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// The first line of a leaky neuron with a fixed time constant: v &lt;- v (1 - 1/tau) + rest/tau + x, where rest is the
/// hard reset's potential, or 0, and also the potential before the first step. A decayed x is divided by tau.
/// </summary>
internal readonly struct LeakyCharge(LeakyNeuronDefinition definition)
{
    private readonly double _tau = definition.MembraneTimeConstant;
    private readonly double _rest = definition.ResetPotential ?? 0;
    private readonly bool _decayInput = definition.DecayInput;

    /// <summary>The potential before firing.</summary>
    /// <param name="v">After the last step; null before the first.</param>
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
