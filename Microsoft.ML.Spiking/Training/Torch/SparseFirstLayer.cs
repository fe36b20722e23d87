using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Training.Torch;

/// <summary>
/// The layers at the beginning of a network that can take rows as their features which are not zero: a normalization,
/// if any, and the linear layer behind it.
/// </summary>
/// <param name="Input">The normalization; null for none.</param>
/// <param name="Linear">The linear layer.</param>
/// <param name="Layers">The number of layers up to the linear one, which is the last of them.</param>
internal sealed record SparseFirstLayer(AffineLayer? Input, LinearLayer Linear, int Layers)
{
    /// <summary>The features below which no row is taken as sparse.</summary>
    public const int LeastFeatures = 4_096;

    private const int LeastFeaturesPerValue = 32;

    /// <summary>Returns the layers of a network; null where it has others, or few features.</summary>
    public static SparseFirstLayer? Of(NetworkDefinition definition)
    {
        if (definition.InputShape.Count != 1 || definition.InputSize < LeastFeatures || definition.HasTimeAxis
            || definition.InputSignal.Kind != SignalKind.Constant)
        {
            return null;
        }
        AffineLayer? input = null;
        for (int i = 0; i < definition.Layers.Count; i++)
        {
            switch (definition.Layers[i])
            {
                case AffineLayer affine when input is null:
                    input = affine;
                    break;
                case FlattenLayer:
                    break;
                case LinearLayer linear:
                    return new(input, linear, i + 1);
                default:
                    return null;
            }
        }
        return null;
    }

    /// <summary>Returns whether visiting the values of rows that are not zero pays.</summary>
    public static bool Suits(RowSummary rows, int featureCount) =>
        rows.NonZeros * (double)LeastFeaturesPerValue <= rows.Rows * (double)featureCount;
}
