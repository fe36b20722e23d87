using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>Finds the compiled functions of a neuron, one type argument at a time.</summary>
internal static class KernelDispatch
{
    /// <summary>
    /// Returns the functions of <paramref name="neuron"/> for vectors of <typeparamref name="TLanes"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">There is no kernel for that neuron or its surrogate.</exception>
    public static NeuronFunctions For<TLanes>(SpikingNeuronDefinition neuron)
        where TLanes : unmanaged, ILanes<TLanes> => neuron.IsSoftReset
            ? WithReset<TLanes, SoftReset<TLanes>>(neuron)
            : WithReset<TLanes, HardReset<TLanes>>(neuron);

    private static NeuronFunctions WithReset<TLanes, TReset>(SpikingNeuronDefinition neuron)
        where TLanes : unmanaged, ILanes<TLanes>
        where TReset : struct, IReset<TLanes> => neuron.Surrogate switch
        {
            RectangleSurrogate => WithSurrogate<TLanes, TReset, Rectangle<TLanes>>(neuron),
            SigmoidSurrogate => WithSurrogate<TLanes, TReset, Logistic<TLanes>>(neuron),
            TriangleSurrogate => WithSurrogate<TLanes, TReset, Triangle<TLanes>>(neuron),
            AtanSurrogate => WithSurrogate<TLanes, TReset, Atan<TLanes>>(neuron),
            _ => throw new NotSupportedException(
                $"No kernel exists for the surrogate {neuron.Surrogate.GetType().Name}."),
        };

    // The forward pass does not depend on the surrogate, so one body serves all.
    private static NeuronFunctions WithSurrogate<TLanes, TReset, TSurrogate>(SpikingNeuronDefinition neuron)
        where TLanes : unmanaged, ILanes<TLanes>
        where TReset : struct, IReset<TLanes>
        where TSurrogate : struct, ISurrogate<TLanes> => neuron switch
        {
            ClifNeuron => NeuronFunctions.Of<TLanes, PlainSubthreshold<TLanes>,
                ClifEquations<TLanes, TReset, Rectangle<TLanes>>,
                ClifEquations<TLanes, TReset, TSurrogate>>(),
            LifNeuron or IfNeuron => NeuronFunctions.Of<TLanes, PlainSubthreshold<TLanes>,
                LifEquations<TLanes, TReset, Rectangle<TLanes>, FixedLeak>,
                LifEquations<TLanes, TReset, TSurrogate, FixedLeak>>(),
            PlifNeuron => NeuronFunctions.Of<TLanes, PlainSubthreshold<TLanes>,
                LifEquations<TLanes, TReset, Rectangle<TLanes>, FixedLeak>,
                LifEquations<TLanes, TReset, TSurrogate, LearnedLeak>>(),
            KlifNeuron => NeuronFunctions.Of<TLanes, KlifSubthreshold<TLanes>,
                KlifEquations<TLanes, TReset, Rectangle<TLanes>>,
                KlifEquations<TLanes, TReset, TSurrogate>>(),
            _ => throw new NotSupportedException($"No kernel exists for the neuron {neuron.GetType().Name}."),
        };
}

/// <summary>The compiled functions of one neuron, vector width, reset and surrogate.</summary>
internal readonly unsafe struct NeuronFunctions
{
    private NeuronFunctions(delegate*<in ForwardArguments, long, long, double> forward,
        delegate*<in NeuronConstants, in ForwardStep, void> step,
        delegate*<in ForwardArguments, long, long, float*, void> markMayFire,
        delegate*<in BackwardArguments, long, long, double> backward,
        delegate*<double, (float A, float B)> surrogateConstants, int stateVariables, int replayedVariables)
    {
        Forward = forward;
        Step = step;
        MarkMayFire = markMayFire;
        Backward = backward;
        SurrogateConstants = surrogateConstants;
        StateVariables = stateVariables;
        ReplayedVariables = replayedVariables;
    }

    public delegate*<in ForwardArguments, long, long, double> Forward { get; }

    public delegate*<in NeuronConstants, in ForwardStep, void> Step { get; }

    public delegate*<in ForwardArguments, long, long, float*, void> MarkMayFire { get; }

    public delegate*<in BackwardArguments, long, long, double> Backward { get; }

    public delegate*<double, (float A, float B)> SurrogateConstants { get; }

    public int StateVariables { get; }

    public int ReplayedVariables { get; }

    /// <summary>Returns the passes over those equations.</summary>
    public static NeuronFunctions Of<TLanes, TSubthreshold, TForward, TBackward>()
        where TLanes : unmanaged, ILanes<TLanes>
        where TSubthreshold : struct, ISubthreshold<TLanes>
        where TForward : struct, INeuronEquations
        where TBackward : struct, INeuronEquations =>
        new(&NeuronForwardPass<TForward>.Run, &NeuronForwardPass<TForward>.Step,
            &FiringCheck<TLanes, TSubthreshold>.Run, &NeuronBackwardPass<TBackward>.Run,
            &TBackward.SurrogateConstants, TForward.StateVariables, TBackward.ReplayedVariables);
}
