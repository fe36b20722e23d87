using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>A neuron's numbers as its kernel uses them; the letters are those of the neurons' equations.</summary>
internal struct NeuronConstants
{
    /// <summary>The part of v that remains: 1 - 1/tau; 1 without leak.</summary>
    public float Gamma;

    /// <summary>The constant that the leak adds: <see cref="ResetPotential"/> / tau.</summary>
    public float Leak;

    /// <summary>The factor of the arriving current: 1/tau if it is decayed, else 1.</summary>
    public float Gain;

    public float Threshold;

    /// <summary>The potential before the first step, and after a hard reset.</summary>
    public float ResetPotential;

    /// <summary>1, or 0 if no gradient flows through the reset.</summary>
    public float Reach;

    /// <summary>The surrogate's constants; see its kernel.</summary>
    public float SurrogateA;

    /// <inheritdoc cref="SurrogateA"/>
    public float SurrogateB;

    /// <summary>CLIF: 1/tau, and sigmoid(v/tau)'s factor and limit.</summary>
    public float InverseTau;

    /// <inheritdoc cref="InverseTau"/>
    public float TauFactor;

    /// <inheritdoc cref="InverseTau"/>
    public float TauLimit;

    /// <summary>KLIF: k; 1/k if the reset scales, else 1; 1 if the reset scales, else 0.</summary>
    public float K;

    /// <inheritdoc cref="K"/>
    public float Rescale;

    /// <inheritdoc cref="K"/>
    public float ScaleWeight;

    /// <summary>
    /// The factor of the learned value's gradient: it multiplies the sum of what the steps return. For the leak they
    /// sum gh (HWeight h + Offset - v before the charge); for k see
    /// <see cref="KlifEquations{TLanes, TReset, TSurrogate}"/>.
    /// </summary>
    public double LearnedFactor;

    /// <inheritdoc cref="LearnedFactor"/>
    public float HWeight;

    /// <inheritdoc cref="LearnedFactor"/>
    public float Offset;

    /// <summary>Returns the constants of <paramref name="neuron"/>, with those of its surrogate.</summary>
    /// <param name="neuron">A neuron that the kernels support.</param>
    /// <param name="learned">The learned value (PLIF's w, KLIF's k); not read for a neuron that has none.</param>
    public static unsafe NeuronConstants WithSurrogate(SpikingNeuronDefinition neuron, float learned)
    {
        NeuronConstants constants = Of(neuron, learned);
        (constants.SurrogateA, constants.SurrogateB) =
            KernelDispatch.For<Lanes1>(neuron).SurrogateConstants(neuron.Surrogate.Alpha);
        return constants;
    }

    /// <summary>Returns the constants of <paramref name="neuron"/>, without those of its surrogate.</summary>
    /// <param name="neuron">A neuron that the kernels support.</param>
    /// <param name="learned">The learned value (PLIF's w, KLIF's k); not read for a neuron that has none.</param>
    public static NeuronConstants Of(SpikingNeuronDefinition neuron, float learned)
    {
        double leak = neuron switch
        {
            PlifNeuron => 1 / (1 + Math.Exp(-learned)),
            LeakyNeuronDefinition leaky => 1 / leaky.MembraneTimeConstant,
            _ => 0,
        };
        bool decayInput = neuron is LeakyNeuronDefinition { DecayInput: true };
        double reset = neuron.Rest;
        double k = neuron is KlifNeuron ? learned : 1;
        bool scaleReset = neuron is KlifNeuron { ScaleReset: true };
        return new NeuronConstants
        {
            Gamma = (float)(1 - leak),
            Leak = (float)(leak * reset),
            Gain = decayInput ? (float)leak : 1f,
            Threshold = (float)neuron.Threshold,
            ResetPotential = (float)reset,
            Reach = neuron.DetachReset ? 0f : 1f,
            InverseTau = (float)leak,
            TauFactor = (float)(leak * Sigmoid.MinusLog2E),
            TauLimit = (float)(Sigmoid.Limit / leak),
            K = (float)k,
            Rescale = scaleReset ? (float)(1 / k) : 1f,
            ScaleWeight = scaleReset ? 1f : 0f,
            // PLIF: h - v = leak (x - (v - reset)) if the current is decayed, so the current need not be kept.
            // KLIF: with k = 0 no potential is above 0, and neither gradient nor 1/k is.
            LearnedFactor = neuron is KlifNeuron ? (k == 0 ? 0 : 1 / k)
                : decayInput ? 1 - leak
                : leak * (1 - leak),
            HWeight = decayInput ? 1f : 0f,
            Offset = decayInput ? 0f : (float)reset,
        };
    }
}
