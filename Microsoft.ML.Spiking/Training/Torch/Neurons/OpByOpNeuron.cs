using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// A neuron in tensor operations, one time step after the other, on any device and in any floating point type: the
/// reference that fused forms are tested and measured against.
/// </summary>
internal abstract class OpByOpNeuron : TorchNeuron
{
    private protected OpByOpNeuron(SpikingNeuronDefinition definition) => Definition = definition;

    protected SpikingNeuronDefinition Definition { get; }

    /// <summary>Gets the steps back that the gradient of a spike goes; null for all.</summary>
    public int? Horizon { get; private init; }

    /// <summary>Returns the op-by-op form of that neuron.</summary>
    /// <param name="definition">The neuron.</param>
    /// <param name="horizon">The steps back that the gradient of a spike goes; null for all.</param>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static OpByOpNeuron Create(NeuronDefinition definition, int? horizon = null) => definition switch
    {
        ClifNeuron clif => new OpByOpClif(clif) { Horizon = horizon },
        LifNeuron lif => new OpByOpLif(lif) { Horizon = horizon },
        PlifNeuron plif => new OpByOpPlif(plif) { Horizon = horizon },
        KlifNeuron klif => new OpByOpKlif(klif) { Horizon = horizon },
        IfNeuron integrating => new OpByOpIf(integrating) { Horizon = horizon },
        _ => throw new NotSupportedException($"The neuron {definition.GetType().Name} cannot be trained."),
    };

    public sealed override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned)
    {
        if (current.Values.dtype != ScalarType.BFloat16)
        {
            return new(Forward(current, learned, trace: null), Count: null);
        }
        using DisposeScope scope = NewDisposeScope();
        NeuronCurrent wide = current with { Values = current.Values.to_type(ScalarType.Float32) }; // for the state
        Tensor spikes = Forward(wide, learned, trace: null).to_type(ScalarType.BFloat16);
        return new(spikes.MoveToOuterDisposeScope(), Count: null);
    }

    /// <summary>Returns the spikes and notes the state of every step in <paramref name="trace"/>.</summary>
    public Tensor Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned, NeuronTrace? trace)
    {
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<Tensor> currents = current.Steps();
        IEnumerable<Tensor> steps = Horizon < current.TimeSteps - 1 && trace is null && is_grad_enabled()
            ? CutSteps(currents, learned, Horizon.Value)
            : Steps(currents, learned, trace);
        return stack(steps, 0).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Returns the spikes of every step, each at the end of a graph of its own, which begins at most
    /// <paramref name="horizon"/> steps before it with a state that has no gradient.
    /// </summary>
    private IEnumerable<Tensor> CutSteps(IReadOnlyList<Tensor> currents, IReadOnlyList<Tensor> learned, int horizon)
    {
        List<NeuronState> states = [default]; // before each step; disposed with the caller's scope
        using (no_grad())
        {
            foreach (Tensor x in currents)
            {
                states.Add(Step(states[^1], x, learned).State);
            }
        }
        for (int t = 0; t < currents.Count; t++)
        {
            int first = Math.Max(0, t - horizon);
            NeuronState state = states[first];
            Tensor? spikes = null;
            for (int step = first; step <= t; step++)
            {
                (spikes, state) = Step(state, currents[step], learned);
            }
            yield return spikes!;
        }
    }

    /// <summary>
    /// Returns the spikes of every step, [N, ...] each, computed on demand: the current of a step may depend on the
    /// spikes before it. Of a step nothing is kept but its state and what autograd needs.
    /// </summary>
    /// <param name="currents">The current of each step.</param>
    /// <param name="learned">The layer's learned values.</param>
    /// <param name="trace">Takes the state after each step, or null.</param>
    public IEnumerable<Tensor> Steps(
        IEnumerable<Tensor> currents, IReadOnlyList<Tensor> learned, NeuronTrace? trace = null)
    {
        NeuronState state = default;
        foreach (Tensor x in currents)
        {
            NeuronState before = state;
            Tensor spikes;
            using (NewDisposeScope())
            {
                (spikes, state) = Step(before, x, learned);
                trace?.Add(state.Potential!, state.Complementary);
                spikes.MoveToOuterDisposeScope();
                state.Potential!.MoveToOuterDisposeScope();
                state.Complementary?.MoveToOuterDisposeScope();
            }
            before.Potential?.Dispose();
            before.Complementary?.Dispose();
            yield return spikes;
        }
    }

    /// <summary>Takes one time step and returns its spikes and the state after them.</summary>
    private protected abstract (Tensor Spikes, NeuronState State) Step(
        NeuronState state, Tensor x, IReadOnlyList<Tensor> learned);

    /// <summary>Returns H(v - threshold), with the surrogate's gradient.</summary>
    private protected Tensor Fire(Tensor v) =>
        new SpikeOperation(Definition.Surrogate).Run(v.Minus(Definition.Threshold));

    /// <summary>Returns the spikes as the reset sees them: without gradient when it is to be dropped.</summary>
    private protected Tensor ForReset(Tensor spikes) => Definition.DetachReset ? spikes.detach() : spikes;

    /// <summary>
    /// Returns v after the integrate-and-fire family's reset: v - s threshold, or (1 - s) v + s rest.
    /// </summary>
    private protected Tensor Reset(Tensor v, Tensor spikes)
    {
        Tensor s = ForReset(spikes);
        return Definition.ResetPotential is double rest
            ? (s.OneMinus() * v).Plus(s.Times(rest))
            : v - s.Times(Definition.Threshold);
    }
}

/// <summary>
/// The values that a neuron carries from one time step to the next, [N, ...] each, in tensors that the time loop alone
/// disposes; null before the first step.
/// </summary>
/// <param name="Potential">The membrane potential v after the reset.</param>
/// <param name="Complementary">CLIF's m; null for other neurons.</param>
internal readonly record struct NeuronState(Tensor? Potential, Tensor? Complementary = null);
