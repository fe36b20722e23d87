using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// The division of a network into segments for activation checkpointing: after neurons and the row-by-row layers that
/// follow them, so that pooling comes before a boundary, and between residual layers.
/// </summary>
internal static class Segments
{
    /// <summary>Divides layers into segments, in order. The last one has the readout.</summary>
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
    /// Returns the number of consecutive layers, from neurons at an index on, that treat each row of a batch
    /// separately; 0 where the index holds no neurons. Such layers run on a few rows at a time as well as on all of
    /// them.
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
/// Layers of which training keeps the input alone; the backward pass computes their values again. The gradients are the
/// same to the last bit, because masks are keyed, statistics are the batch's, and the repetition neither counts spikes
/// nor moves running statistics.
/// </summary>
/// <remarks>Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174.</remarks>
/// <param name="layers">The layers.</param>
/// <param name="parameters">The trained parameters of the layers.</param>
internal sealed class TorchSegment(TorchSequence layers, IReadOnlyList<Tensor> parameters) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) => is_grad_enabled()
        ? new SegmentOperation(layers, parameters, input.IsConstant, pass).Run(input.Values)
        : layers.Forward(input, pass);
}
