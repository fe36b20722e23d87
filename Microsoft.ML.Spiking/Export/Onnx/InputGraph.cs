using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>The way from a row of features to the current of every time step, as operations.</summary>
internal static class InputGraph
{
    /// <summary>Adds the encoder.</summary>
    /// <param name="graph">Takes the operations.</param>
    /// <param name="network">The network.</param>
    /// <param name="rows">The features, [rows, features].</param>
    /// <returns>[rows, ...] where it is the same at every step, else [time steps x rows, ...].</returns>
    public static string Steps(GraphBuilder graph, NetworkDefinition network, string rows)
    {
        string images = InOrder(graph, network, rows);
        return network.Encoder switch
        {
            DirectEncoder => images,
            LatencyEncoder => Latency(graph, network.TimeSteps, images),
            _ => throw new NotSupportedException(Fault(network)),
        };
    }

    /// <summary>Returns why the network's encoder has no form in ONNX; null where it has one.</summary>
    public static string? Fault(NetworkDefinition network) => network.Encoder switch
    {
        DirectEncoder or LatencyEncoder => null,
        PoissonEncoder => $"The network was not exported to ONNX: its {nameof(PoissonEncoder)} draws random spikes, " +
            $"which no ONNX model repeats; train with the {nameof(DirectEncoder)} or the {nameof(LatencyEncoder)}, " +
            "or save the model with Model.Save and score it with this library.",
        InputEncoder other => $"The network was not exported to ONNX: its {other.GetType().Name} has no form in " +
            "ONNX yet.",
    };

    /// <summary>
    /// Adds the steps of a row that brings them, and the channels of its images, in the network's order.
    /// </summary>
    private static string InOrder(GraphBuilder graph, NetworkDefinition network, string rows)
    {
        string value = graph.Reshape(rows, [-1, .. network.FeatureShape.Select(length => (long)length)]);
        int rank = network.FeatureShape.Count + 1;
        long[] order = [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        if (network.HasTimeAxis)
        {
            (order[0], order[1]) = (order[1], order[0]);
        }
        if (network.PixelOrder == PixelOrder.Interleaved)
        {
            (order[^3], order[^2], order[^1]) = (order[^1], order[^3], order[^2]);
        }
        if (network.HasTimeAxis || network.PixelOrder == PixelOrder.Interleaved)
        {
            value = graph.Apply("Transpose", [value], new GraphAttribute("perm", order));
        }
        return network.HasTimeAxis
            ? graph.Reshape(value, [-1, .. network.InputShape.Select(length => (long)length)])
            : value;
    }

    /// <summary>
    /// Adds a latency encoder. Rounding is that of the encoder, half away from zero; ONNX's own rounds to even.
    /// </summary>
    private static string Latency(GraphBuilder graph, int timeSteps, string values)
    {
        string place = graph.Times(
            graph.Apply("Sub", [graph.Scalar(1), graph.Apply("Min", [values, graph.Scalar(1)])]), timeSteps - 1);
        string whole = graph.Apply("Floor", [place]);
        string part = graph.Apply("Sub", [place, whole]);
        string step = graph.Apply("Add",
            [whole, graph.Cast(graph.Apply("GreaterOrEqual", [part, graph.Scalar(0.5f)]), ElementType.Single)]);
        string fires = graph.Apply("Greater", [values, graph.Scalar(0)]);
        string[] spikes = [.. Enumerable.Range(0, timeSteps).Select(t => graph.Cast(graph.Apply(
            "And", [fires, graph.Apply("Equal", [step, graph.Scalar(t)])]), ElementType.Single))];
        return timeSteps > 1 ? graph.Apply("Concat", spikes, new GraphAttribute("axis", 0L)) : spikes[0];
    }
}
