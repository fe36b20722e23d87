using Microsoft.ML.Spiking.Numerics.Simd;


namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>Finds the walks for a neuron, one type argument at a time.</summary>
internal static class RowSelection
{
    /// <exception cref="NotSupportedException">There is no kernel for that neuron or its surrogate.</exception>
    public static RowFunctions For<TLanes>(SpikingNeuronDefinition neuron) where TLanes : unmanaged, ILanes<TLanes> =>
        neuron.IsSoftReset ? WithReset<TLanes, SoftReset<TLanes>>(neuron) : WithReset<TLanes, HardReset<TLanes>>(neuron);

    private static RowFunctions WithReset<TLanes, TReset>(SpikingNeuronDefinition neuron)
        where TLanes : unmanaged, ILanes<TLanes>
        where TReset : struct, IReset<TLanes> => neuron.Surrogate switch
        {
            RectangleSurrogate => WithSurrogate<TLanes, TReset, Rectangle<TLanes>>(neuron),
            SigmoidSurrogate => WithSurrogate<TLanes, TReset, Logistic<TLanes>>(neuron),
            TriangleSurrogate => WithSurrogate<TLanes, TReset, Triangle<TLanes>>(neuron),
            AtanSurrogate => WithSurrogate<TLanes, TReset, Atan<TLanes>>(neuron),
            _ => throw new NotSupportedException($"No kernel exists for the surrogate {neuron.Surrogate.GetType().Name}."),
        };

    private static RowFunctions WithSurrogate<TLanes, TReset, TSurrogate>(SpikingNeuronDefinition neuron)
        where TLanes : unmanaged, ILanes<TLanes>
        where TReset : struct, IReset<TLanes>
        where TSurrogate : struct, ISurrogate<TLanes> => neuron switch
        {
            ClifNeuron => RowFunctions.Of<TLanes, PlainRise<TLanes>, ClifRows<TLanes, TReset, Rectangle<TLanes>>,
                ClifRows<TLanes, TReset, TSurrogate>>(),
            LifNeuron or IfNeuron => RowFunctions.Of<TLanes, PlainRise<TLanes>, LifRows<TLanes, TReset, Rectangle<TLanes>, FixedLeak>,
                LifRows<TLanes, TReset, TSurrogate, FixedLeak>>(),
            PlifNeuron => RowFunctions.Of<TLanes, PlainRise<TLanes>, LifRows<TLanes, TReset, Rectangle<TLanes>, FixedLeak>,
                LifRows<TLanes, TReset, TSurrogate, LearnedLeak>>(),
            KlifNeuron => RowFunctions.Of<TLanes, KlifRise<TLanes>, KlifRows<TLanes, TReset, Rectangle<TLanes>>,
                KlifRows<TLanes, TReset, TSurrogate>>(),
            _ => throw new NotSupportedException($"No kernel exists for the neuron {neuron.GetType().Name}."),
        };
}
