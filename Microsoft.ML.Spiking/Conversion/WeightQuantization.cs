using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Conversion;

/// <summary>
/// Rounds the weights of linear layers and convolutions. Biases, normalizations and neurons' values stay as they are:
/// they are few, and errors in them add up over all time steps.
/// </summary>
internal static class WeightQuantization
{
    /// <summary>Returns the network's arrays with rounded weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="precision">Of the weights that are returned.</param>
    /// <exception cref="InvalidOperationException">A weight is infinite or not a number.</exception>
    public static NetworkWeights Apply(NetworkDefinition network, NetworkWeights weights, WeightPrecision precision) =>
        new(network, network.Parameters.Select(spec =>
            spec.Role == ParameterRole.Weight ? Round(weights[spec.Name], precision) : weights[spec.Name]));

    private static WeightArray Round(WeightArray array, WeightPrecision precision)
    {
        if (array.Precision == precision)
        {
            return array;
        }
        float[] values = array.Array;
        if (!values.All(float.IsFinite))
        {
            throw new InvalidOperationException($"The array '{array.Name}' has weights that are infinite or not a " +
                "number; a model with such weights cannot be quantized.");
        }
        return precision switch
        {
            WeightPrecision.Int8 => new(array.Name, array.Shape, Int8Rows.Of(values, array.Shape[0])),
            _ => new(array.Name, array.Shape, values),
        };
    }
}
