using Microsoft.ML.Spiking.Export.Onnx;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Benchmarks.Export;

/// <summary>
/// A layer of neurons alone as an ONNX model: current in, [time steps x rows, neurons], spikes out. Its steps are
/// unrolled, as the library writes them, or the body of a Scan.
/// </summary>
internal static class StepForms
{
    public const string Current = "current", Spikes = "spikes";

    /// <summary>Returns the model with its steps unrolled.</summary>
    public static byte[] Unrolled(SpikingNeuronDefinition neuron, int timeSteps, int neurons)
    {
        var graph = new OnnxFileGraph();
        graph.Input(Current, ElementType.Single, neurons);
        var builder = new GraphBuilder(graph, "layer");
        NeuronGraph steps = Of(builder, neuron);
        string[] spikes = steps.Run(builder.Split(steps.Prepare(Current), timeSteps, axis: 0));
        builder.Name(builder.Apply("Concat", spikes, new GraphAttribute("axis", 0L)), Spikes);
        graph.Output(Spikes, ElementType.Single, neurons);
        return Model(graph);
    }

    /// <summary>Returns the model with a Scan over the steps.</summary>
    public static byte[] Scan(SpikingNeuronDefinition neuron, int timeSteps, int neurons)
    {
        var graph = new OnnxFileGraph();
        graph.Input(Current, ElementType.Single, neurons);
        var builder = new GraphBuilder(graph, "layer");
        string[] state = neuron is ClifNeuron ? ["v", "m"] : ["v"];
        string all = builder.Reshape(Of(builder, neuron).Prepare(Current), timeSteps, -1, neurons);
        string start = builder.Times(
            builder.Apply("Gather", [all, builder.Integers(0)], new GraphAttribute("axis", 0L)), 0);
        start = builder.Reshape(start, -1, neurons);
        string[] outputs = [.. state.Select(name => $"end/{name}"), "steps"];
        graph.Add(new("Scan", "layer/Scan", [.. state.Select(_ => start), all], outputs,
            [new("body", Body(neuron, state, neurons)), new("num_scan_inputs", 1L)]));
        builder.Name(builder.Reshape("steps", -1, neurons), Spikes);
        graph.Output(Spikes, ElementType.Single, neurons);
        return Model(graph);
    }

    private static ProtoMessage Body(SpikingNeuronDefinition neuron, string[] state, int neurons)
    {
        var graph = new OnnxFileGraph();
        foreach (string input in state.Append("x"))
        {
            graph.Input($"body/{input}", ElementType.Single, neurons);
        }
        var builder = new GraphBuilder(graph, "step");
        NeuronGraph steps = Of(builder, neuron);
        var before = new NeuronState("body/v", neuron is ClifNeuron ? "body/m" : null);
        (string mask, string potential) = steps.Charge("body/x", before);
        string spikes = builder.Cast(mask, ElementType.Single);
        NeuronState after = steps.Reset(before, mask, spikes, potential);
        (string Name, string Value)[] outputs = after.Complementary is string complementary
            ? [("v", after.Potential), ("m", complementary), ("s", spikes)]
            : [("v", after.Potential), ("s", spikes)];
        foreach ((string name, string value) in outputs)
        {
            builder.Name(value, $"body/out/{name}");
            graph.Output($"body/out/{name}", ElementType.Single, neurons);
        }
        return graph.End("step");
    }

    private static NeuronGraph Of(GraphBuilder builder, SpikingNeuronDefinition neuron) =>
        new(builder, neuron, NeuronConstants.Of(neuron, learned: 0));

    private static byte[] Model(OnnxFileGraph graph)
    {
        using var stream = new MemoryStream();
        new ProtoMessage().Add(1, OperatorSets.FormatVersion).Add(7, graph.End("layer"))
            .Add(8, new ProtoMessage().Add(1, "").Add(2, OperatorSets.Version)).WriteTo(stream);
        return stream.ToArray();
    }
}
