using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>
/// The reader of feature vectors: all values, zeros included, in the order in which a network takes them.
/// </summary>
/// <param name="network">The network, which has the order of pixels.</param>
internal sealed class FeatureRows(NetworkDefinition network)
{
    private readonly int _channels = network.InputShape[0];
    private readonly int _plane = network.InputShape.Skip(1).Aggregate(1, (product, length) => product * length);

    /// <summary>Gets whether the values of a vector have the network's order.</summary>
    public bool AreInOrder { get; } = network.PixelOrder == PixelOrder.Planar || network.InputShape[0] == 1;

    /// <summary>Writes a row.</summary>
    /// <exception cref="InvalidOperationException">It has another length than its type promises.</exception>
    public void Read(in VBuffer<float> features, Span<float> row, string columnName)
    {
        if (features.Length != row.Length)
        {
            throw Contracts.Except($"A row of column '{columnName}' has {features.Length} values; the model takes " +
                $"{row.Length}: give every row as many (null counts as none).");
        }
        if (AreInOrder)
        {
            features.CopyTo(row);
        }
        else if (features.IsDense)
        {
            PlanarImages.Read(features.GetValues(), _channels, _plane, row);
        }
        else
        {
            row.Clear();
            foreach (KeyValuePair<int, float> item in features.Items())
            {
                row[Place(item.Key)] = item.Value;
            }
        }
    }

    private int Place(int index)
    {
        (int frame, int inFrame) = Math.DivRem(index, _channels * _plane);
        (int pixel, int channel) = Math.DivRem(inFrame, _channels);
        return (((frame * _channels) + channel) * _plane) + pixel;
    }
}
