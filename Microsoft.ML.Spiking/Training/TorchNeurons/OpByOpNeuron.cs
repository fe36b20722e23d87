using Microsoft.ML.Spiking.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary>
/// A neuron in tensor operations, one time step after the other, on any device and in any floating point type.
/// What fused forms are tested and measured against.
/// </summary>
internal abstract class OpByOpNeuron : TorchNeuron
{
    private protected OpByOpNeuron(SpikingNeuronDefinition definition) => Definition = definition;

    protected SpikingNeuronDefinition Definition { get; }

    /// <summary>The op-by-op form of that neuron.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static OpByOpNeuron Create(NeuronDefinition definition) => definition switch
    {
        ClifNeuron clif => new OpByOpClif(clif),
        LifNeuron lif => new OpByOpLif(lif),
        PlifNeuron plif => new OpByOpPlif(plif),
        KlifNeuron klif => new OpByOpKlif(klif),
        IfNeuron integrating => new OpByOpIf(integrating),
        _ => throw new NotSupportedException($"The neuron {definition.GetType().Name} cannot be trained."),
    };

    public sealed override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned) =>
        new(Forward(current, learned, trace: null), Count: null);

    /// <summary>As <see cref="Forward(NeuronCurrent, IReadOnlyList{Tensor})"/>, noting the state of every step.</summary>
    public Tensor Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned, NeuronTrace? trace)
    {
        using DisposeScope scope = NewDisposeScope();
        IEnumerable<Tensor> spikes = Walk(current, learned, trace);
        return stack(spikes, 0).MoveToOuterDisposeScope();
    }

    /// <summary>The spikes of every step, [N, ...] each.</summary>
    private protected abstract IEnumerable<Tensor> Walk(
        NeuronCurrent current, IReadOnlyList<Tensor> learned, NeuronTrace? trace);

    /// <summary>H(v - threshold), with the surrogate's gradient.</summary>
    private protected Tensor Fire(Tensor v) => SpikeFunction.Apply(v.Minus(Definition.Threshold), Definition.Surrogate);

    /// <summary>The spikes as the reset sees them: without gradient when it is to be dropped.</summary>
    private protected Tensor ForReset(Tensor spikes) => Definition.DetachReset ? spikes.detach() : spikes;

    /// <summary>The reset of the integrate-and-fire family: v - s threshold, or (1 - s) v + s (reset potential).</summary>
    private protected Tensor Reset(Tensor v, Tensor spikes)
    {
        Tensor s = ForReset(spikes);
        return Definition.ResetPotential is double rest
            ? (s.OneMinus() * v).Plus(s.Times(rest))
            : v - s.Times(Definition.Threshold);
    }
}
