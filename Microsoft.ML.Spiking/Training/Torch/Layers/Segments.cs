using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Where a network is cut when values are computed twice instead of kept: behind neurons and what follows them row by
/// row, so that what passes to the next segment has been pooled, where there is pooling; and between residual layers.
/// </summary>
internal static class Segments
{
    /// <summary>The segments, in order; together all layers. The last one has the readout.</summary>
    public static IReadOnlyList<IReadOnlyList<Layer>> Of(IReadOnlyList<Layer> layers)
    {
        List<List<Layer>> segments = [[]];
        foreach (Layer layer in layers)
        {
            if (Ends(segments[^1], layer))
            {
                segments.Add([]);
            }
            segments[^1].Add(layer);
        }
        if (segments.Count > 1 && !segments[^1].Any(Fires))
        {
            segments[^2].AddRange(segments[^1]); // the readout
            segments.RemoveAt(segments.Count - 1);
        }
        return segments;
    }

    /// <summary>
    /// How many layers from that place on treat every row of a batch by itself, the first of them being neurons; else 0.
    /// Such layers run on a few rows at a time as well as on all of them.
    /// </summary>
    public static int RowByRow(IReadOnlyList<Layer> layers, int start) => layers[start] is NeuronLayer
        ? 1 + layers.Skip(start + 1).TakeWhile(FollowsNeurons).Count()
        : 0;

    private static bool Ends(List<Layer> segment, Layer next) => segment.Any(layer => layer is NeuronLayer)
        ? !FollowsNeurons(next)
        : next is ResidualLayer && segment.Any(Fires);

    private static bool FollowsNeurons(Layer layer) =>
        layer is AveragePoolLayer or MaxPoolLayer or AdaptiveAveragePoolLayer or FlattenLayer or DropoutLayer;

    private static bool Fires(Layer layer) => layer.SelfAndInner.Any(inner => inner is NeuronLayer);
}

/// <summary>
/// Layers of whose values a training keeps nothing but what arrives at the first: the way back computes them again. The
/// gradients are the same to the last bit, because masks are keyed, statistics are the batch's, and what only the first
/// pass may do (counting spikes, moving running statistics) the second leaves out.
/// </summary>
/// <remarks>Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174.</remarks>
/// <param name="layers">The layers.</param>
/// <param name="parameters">Those that are trained.</param>
internal sealed class TorchSegment(TorchSequence layers, IReadOnlyList<Tensor> parameters) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) => is_grad_enabled()
        ? new SegmentOperation(layers, parameters, input.IsConstant, pass).Run(input.Values)
        : layers.Forward(input, pass);
}
