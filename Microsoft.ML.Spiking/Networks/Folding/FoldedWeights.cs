using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks.Folding;

/// <summary>
/// Weights and biases, read-only, of a linear layer or convolution, with the affine layers that follow folded in.
/// </summary>
/// <param name="Weight">[outputs, inputs that an output sums].</param>
/// <param name="Bias">[outputs].</param>
internal sealed record FoldedWeights(float[] Weight, float[] Bias)
{
    /// <summary>Gets the same weights as codes and scales where they are of int8; else null.</summary>
    public Int8Rows? Int8 { get; init; }

    /// <summary>
    /// Combines a layer with those layers directly behind it that are affine for each of its outputs, and skips them.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="layers">The path that it is on.</param>
    /// <param name="index">The layer's place on the path; becomes that of the last layer that is combined.</param>
    /// <param name="weights">The network's arrays.</param>
    public static FoldedWeights Of(
        WeightedLayer layer, IReadOnlyList<Layer> layers, ref int index, NetworkWeights weights)
    {
        int outputs = layer.WeightShape[0];
        ChannelAffine all = ChannelAffine.Identity(outputs);
        for (; index + 1 < layers.Count; index++)
        {
            if (ChannelAffine.Of(layers[index + 1], weights, outputs) is ChannelAffine next)
            {
                all = all.Then(next);
            }
            else if (layers[index + 1] is not DropoutLayer)
            {
                break;
            }
        }
        float[]? bias = layer.HasBias ? weights[layer.BiasName].Array : null;
        WeightArray weight = weights[layer.WeightName];
        return Of(weight.Array, bias, all) with { Int8 = weight.Int8?.Scaled(all.Scale) };
    }

    /// <summary>Multiplies and shifts the outputs.</summary>
    /// <param name="weight">[outputs, inputs that an output sums].</param>
    /// <param name="bias">[outputs]; null for none.</param>
    /// <param name="then">What follows, for each output.</param>
    public static FoldedWeights Of(float[] weight, float[]? bias, ChannelAffine then)
    {
        int outputs = then.Scale.Length, inputs = weight.Length / outputs;
        if (then.IsIdentity)
        {
            return new(weight, bias ?? new float[outputs]);
        }
        float[] folded = new float[weight.Length], shift = new float[outputs];
        for (int o = 0; o < outputs; o++)
        {
            double scale = then.Scale[o];
            shift[o] = (float)(((bias is null ? 0 : bias[o]) * scale) + then.Shift[o]);
            for (int i = o * inputs; i < (o + 1) * inputs; i++)
            {
                folded[i] = (float)(weight[i] * scale);
            }
        }
        return new(folded, shift);
    }

    /// <summary>Returns the weights with their inputs in the order of a vector's values.</summary>
    public FoldedWeights ForOrder(Interleaving order)
    {
        int inputs = Weight.Length / Bias.Length;
        if (order == Interleaving.Natural(inputs))
        {
            return this;
        }
        return this with
        {
            Weight = Ordered(Weight, inputs, order),
            Int8 = Int8 is null ? null : Int8 with { Codes = Ordered(Int8.Codes, inputs, order) },
        };
    }

    private static T[] Ordered<T>(T[] values, int inputs, Interleaving order)
    {
        var ordered = new T[values.Length];
        for (int place = 0; place < inputs; place++)
        {
            int position = order.PositionOf(place);
            for (int row = 0; row < values.Length; row += inputs)
            {
                ordered[row + place] = values[row + position];
            }
        }
        return ordered;
    }
}
