using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>
/// The scored function as operations: from features to the values that the transformers of this library write.
/// </summary>
/// <param name="Label">
/// The predicted class: uint32 from 1, 0 where a row has no scores; or bool for a binary model. [rows, 1].
/// </param>
/// <param name="LabelNumber">The predicted class as int64 from 1; null for a binary model. [rows, 1].</param>
/// <param name="Score">The probabilities, [rows, classes]; or the logarithm of the odds, [rows, 1].</param>
/// <param name="Probability">The probability of the second class, [rows, 1]; null where the label is a class.</param>
internal sealed record PredictionGraph(string Label, string? LabelNumber, string Score, string? Probability)
{
    // The logarithm of the smallest float: beyond it a softmax gives 0.
    private static readonly float MostLogOdds = (float)-Math.Log(float.Epsilon);

    /// <summary>Adds the function.</summary>
    /// <param name="graph">Takes the operations.</param>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="features">[rows, ...], float32.</param>
    /// <param name="isBinary">Whether the label is a Boolean.</param>
    /// <param name="counts">Takes the spikes of each layer of neurons; null where they are not asked for.</param>
    /// <param name="precision">The precision of the weights in the graph.</param>
    /// <exception cref="NotSupportedException">
    /// A layer, neuron or encoder has no form in ONNX, or a weight none in the precision.
    /// </exception>
    public static PredictionGraph Add(GraphBuilder graph, NetworkDefinition network, NetworkWeights weights,
        string features, bool isBinary, List<SpikeCount>? counts = null,
        OnnxWeightPrecision precision = OnnxWeightPrecision.Float32)
    {
        string rows = graph.Reshape(features, -1, network.InputSize);
        // 0, or NaN for a row with a value that is not finite: it has no scores.
        string missing = graph.Apply("ReduceSum", [graph.Times(rows, 0)], GraphAttribute.Axes(1));
        string logits = NetworkGraph.Logits(graph, network, weights, rows, counts, precision);
        string probabilities = graph.Apply(
            "Add", [graph.Apply("Softmax", [logits], new GraphAttribute("axis", 1L)), missing]);
        return isBinary ? Binary(graph, logits, probabilities, missing) : Classes(graph, probabilities, missing);
    }

    private static PredictionGraph Classes(GraphBuilder graph, string probabilities, string missing)
    {
        string best = graph.Apply("ArgMax", [probabilities], new GraphAttribute("axis", 1L));
        string key = graph.Apply("Add", [best, graph.Integers(1)]);
        string number = graph.Apply("Where", [graph.Apply("IsNaN", [missing]), graph.Integers(0), key]);
        return new(graph.Cast(number, ElementType.UInt32), number, probabilities, null);
    }

    private static PredictionGraph Binary(GraphBuilder graph, string logits, string probabilities, string missing)
    {
        string[] both = graph.Split(logits, 2, axis: 1);
        string odds = graph.Apply("Clip",
            [graph.Apply("Sub", [both[1], both[0]]), graph.Scalar(-MostLogOdds), graph.Scalar(MostLogOdds)]);
        string score = graph.Apply("Add", [odds, missing]);
        return new(graph.Apply("Greater", [score, graph.Scalar(0)]), null, score,
            graph.Split(probabilities, 2, axis: 1)[1]);
    }
}
