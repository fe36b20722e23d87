using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>
/// The equations of a layer's neurons as operations, one time step after another; see the neurons for the equations.
/// </summary>
/// <param name="graph">Takes the operations.</param>
/// <param name="neuron">The neuron.</param>
/// <param name="constants">Its numbers.</param>
internal sealed class NeuronGraph(GraphBuilder graph, SpikingNeuronDefinition neuron, NeuronConstants constants)
{
    /// <summary>Adds a layer of neurons that spike once, as the values that their spikes stand for.</summary>
    public static string FirstSpike(GraphBuilder graph, FirstSpikeNeuron neuron, string current)
    {
        string window = graph.Scalar((float)neuron.Window);
        string values = graph.Apply("Min", [graph.Apply("Relu", [current]), window]);
        return neuron.Tick is not double tick ? values : graph.Apply("Min",
            [graph.Times(graph.Apply("Floor", [graph.Plus(graph.Times(values, (float)(1 / tick)), 0.5f)]), (float)tick),
                window]);
    }

    /// <summary>Adds a layer of neurons with bursts.</summary>
    /// <param name="graph">Takes the operations.</param>
    /// <param name="neuron">The neuron.</param>
    /// <param name="currents">The current of each step.</param>
    /// <returns>What leaves in each step.</returns>
    public static string[] Bursts(GraphBuilder graph, BurstNeuron neuron, IReadOnlyList<string> currents)
    {
        string threshold = graph.Scalar((float)neuron.Threshold), most = graph.Scalar(neuron.MaximumSpikes);
        string[] values = new string[currents.Count];
        string? potential = null;
        for (int t = 0; t < values.Length; t++)
        {
            potential = potential is null ? currents[t] : graph.Apply("Add", [potential, currents[t]]);
            string spikes = graph.Apply("Relu", [graph.Apply("Floor", [graph.Apply("Div", [potential, threshold])])]);
            values[t] = graph.Times(graph.Apply("Min", [spikes, most]), (float)neuron.Threshold);
            potential = graph.Apply("Sub", [potential, values[t]]);
        }
        return values;
    }

    /// <summary>Adds what all steps share: the current with its gain and the constant that the leak adds.</summary>
    public string Prepare(string current) => graph.Plus(graph.Times(current, constants.Gain), constants.Leak);

    /// <summary>Adds all steps.</summary>
    /// <param name="currents">The prepared current of each step.</param>
    /// <returns>The spikes of each step.</returns>
    public string[] Run(IReadOnlyList<string> currents)
    {
        string[] spikes = new string[currents.Count];
        NeuronState? state = null;
        for (int t = 0; t < spikes.Length; t++)
        {
            (string mask, string potential) = Charge(currents[t], state);
            spikes[t] = graph.Cast(mask, ElementType.Single);
            if (t < spikes.Length - 1)
            {
                state = Reset(state, mask, spikes[t], potential);
            }
        }
        return spikes;
    }

    /// <summary>Adds the charge of a step, and which neurons fire.</summary>
    /// <param name="current">The prepared current.</param>
    /// <param name="state">What the step before left; null for the first step.</param>
    public (string Mask, string Potential) Charge(string current, NeuronState? state)
    {
        string potential = state is null
            ? graph.Plus(current, constants.Gamma * constants.ResetPotential)
            : graph.Apply("Add", [graph.Times(state.Potential, constants.Gamma), current]);
        if (neuron is KlifNeuron)
        {
            potential = graph.Apply("Relu", [graph.Times(potential, constants.K)]);
        }
        return (graph.Apply("GreaterOrEqual", [potential, graph.Scalar(constants.Threshold)]), potential);
    }

    /// <summary>Adds the reset of a step.</summary>
    public NeuronState Reset(NeuronState? state, string mask, string spikes, string potential)
    {
        if (neuron is not ClifNeuron)
        {
            string rescaled = graph.Times(potential, constants.Rescale);
            return new(neuron.IsSoftReset
                ? graph.Apply("Sub", [rescaled, graph.Times(spikes, constants.Rescale * constants.Threshold)])
                : graph.Apply("Where", [mask, graph.Scalar(constants.ResetPotential), rescaled]), null);
        }
        string complementary = spikes;
        if (state?.Complementary is string before)
        {
            string kept = graph.Apply("Sigmoid", [graph.Times(potential, constants.InverseTau)]);
            complementary = graph.Apply("Add", [graph.Apply("Mul", [before, kept]), spikes]);
        }
        string extra = graph.Apply("Sigmoid", [complementary]);
        string after = neuron.IsSoftReset
            ? graph.Apply("Sub", [potential, graph.Apply("Mul", [spikes, graph.Plus(extra, constants.Threshold)])])
            : graph.Apply("Where",
                [mask, graph.Apply("Sub", [graph.Scalar(constants.ResetPotential), extra]), potential]);
        return new(after, complementary);
    }
}

/// <summary>The state that a step leaves to the next.</summary>
/// <param name="Potential">The membrane potential after the reset.</param>
/// <param name="Complementary">CLIF's complementary potential; null for other neurons.</param>
internal sealed record NeuronState(string Potential, string? Complementary);
