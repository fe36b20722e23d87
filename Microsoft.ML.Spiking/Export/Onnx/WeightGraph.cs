using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>Linear layers and convolutions as operations, with weights in the precision of the file.</summary>
/// <param name="graph">Takes the operations.</param>
/// <param name="precision">The precision of the weights.</param>
/// <remarks>
/// Weights of fewer bits become float32 by operations on constants, which ONNX Runtime computes once, when it loads the
/// file. Linear layers of spikes in int8 are products of whole numbers, which it computes faster; a convolution of
/// whole numbers takes it twice as long as one of float32 (docs/onnx.md).
/// </remarks>
internal sealed class WeightGraph(GraphBuilder graph, OnnxWeightPrecision precision)
{
    /// <summary>Adds a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">What arrives.</param>
    /// <param name="folded">Its weights and biases.</param>
    /// <param name="attributes">Those of a convolution.</param>
    /// <exception cref="NotSupportedException">A weight cannot be written in the precision.</exception>
    public string Add(
        WeightedLayer layer, GraphFlow input, FoldedWeights folded, params GraphAttribute[] attributes)
    {
        if (precision == OnnxWeightPrecision.Int8 && layer is LinearLayer linear
            && input.Signal.Kind == SignalKind.Spikes && linear.Inputs <= int.MaxValue / Int8Rows.Largest)
        {
            return OfSpikes(linear, input, folded);
        }
        string weight = precision switch
        {
            OnnxWeightPrecision.Float16 => Halves(layer, folded),
            OnnxWeightPrecision.Int8 => Codes(layer, folded),
            _ => graph.Constant("weight", folded.Weight, layer.WeightShape),
        };
        string bias = graph.Constant("bias", folded.Bias, folded.Bias.Length);
        return layer is ConvolutionLayer
            ? graph.Apply("Conv", [input.Value, weight, bias], attributes)
            : graph.Apply("Gemm", [input.Value, weight, bias], new GraphAttribute("transB", 1L));
    }

    private string Halves(WeightedLayer layer, FoldedWeights folded)
    {
        Half[] halves = new Half[folded.Weight.Length];
        for (int i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)folded.Weight[i];
            if (!Half.IsFinite(halves[i]))
            {
                throw Fault(layer, folded.Weight[i], "which float16 cannot hold: it ends at 65,504");
            }
        }
        return graph.Cast(graph.Constant("weight", ElementType.Half, ProtoMessage.Bytes<Half>(halves),
            layer.WeightShape), ElementType.Single);
    }

    private string Codes(WeightedLayer layer, FoldedWeights folded)
    {
        Int8Rows rows = Rounded(layer, folded);
        string codes = graph.Constant(
            "weight", ElementType.Int8, ProtoMessage.Bytes<sbyte>(rows.Codes), layer.WeightShape);
        int[] shape = [rows.Scales.Length, .. Enumerable.Repeat(1, layer.WeightShape.Count - 1)];
        return graph.Apply(
            "Mul", [graph.Cast(codes, ElementType.Single), graph.Constant("scale", rows.Scales, shape)]);
    }

    /// <summary>Adds a product of whole numbers; spikes are 0 and 1, so that only the weights are rounded.</summary>
    private string OfSpikes(LinearLayer layer, GraphFlow input, FoldedWeights folded)
    {
        Int8Rows rows = Rounded(layer, folded);
        sbyte[] turned = new sbyte[rows.Codes.Length]; // [inputs, outputs]
        for (int i = 0; i < turned.Length; i++)
        {
            turned[(i % layer.Inputs * layer.Outputs) + (i / layer.Inputs)] = rows.Codes[i];
        }
        string codes = graph.Constant(
            "weight", ElementType.Int8, ProtoMessage.Bytes<sbyte>(turned), layer.Inputs, layer.Outputs);
        string sum = graph.Apply("MatMulInteger", [graph.Cast(input.Value, ElementType.UInt8), codes]);
        string scaled = graph.Apply("Mul",
            [graph.Cast(sum, ElementType.Single), graph.Constant("scale", rows.Scales, rows.Scales.Length)]);
        return graph.Apply("Add", [scaled, graph.Constant("bias", folded.Bias, folded.Bias.Length)]);
    }

    private static Int8Rows Rounded(WeightedLayer layer, FoldedWeights folded)
    {
        foreach (float weight in folded.Weight)
        {
            if (!float.IsFinite(weight))
            {
                throw Fault(layer, weight, "which int8 cannot hold");
            }
        }
        return Int8Rows.Of(folded.Weight, folded.Bias.Length);
    }

    private static NotSupportedException Fault(WeightedLayer layer, float weight, string reason) => new(
        $"The network was not exported to ONNX: layer '{Quotation.Of(layer.Name)}' has the weight " +
        $"{weight.ToString(CultureInfo.InvariantCulture)}, {reason}; export it with " +
        $"{nameof(OnnxExportOptions.WeightPrecision)} = {nameof(OnnxWeightPrecision.Float32)}.");
}
