using System.Numerics.Tensors;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>Counts rows and weights by class, measures how large the features are, and takes the rows' fingerprint.</summary>
/// <param name="featureCount">Values in a row.</param>
/// <param name="classCount">Number of classes.</param>
/// <param name="channels">Measures each channel; null for nothing of the kind.</param>
internal sealed class RowCounter(int featureCount, int classCount, ChannelMoments? channels = null)
{
    private readonly long[] _rows = new long[classCount];
    private readonly double[] _weights = new double[classCount];
    private double _squares;
    private readonly DataSketcher _sketcher = new(featureCount);

    /// <exception cref="InvalidOperationException">The label is not one of the classes.</exception>
    public void Add(IRowCursor row)
    {
        if ((uint)row.Label >= (uint)classCount)
        {
            throw new InvalidOperationException(
                $"A row has the class {row.Label}, but the network has the classes 0 to {classCount - 1}.");
        }
        _rows[row.Label]++;
        _weights[row.Label] += row.Weight;
        _squares += TensorPrimitives.SumOfSquares(row.Values);
        _sketcher.Add(row);
        channels?.Add(row);
    }

    public RowSummary Summary()
    {
        long rows = _rows.Sum();
        return new(rows, _rows, _weights, Math.Sqrt(_squares / Math.Max(1.0, (double)rows * featureCount)))
        {
            Sketch = _sketcher.Sketch(),
            Channels = channels?.Statistics(),
        };
    }
}
