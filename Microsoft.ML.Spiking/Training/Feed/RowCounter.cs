using System.Runtime.Intrinsics;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// The first pass over the rows: counts rows and weights by class, measures the features and takes the rows'
/// fingerprint.
/// </summary>
/// <param name="featureCount">Values in a row.</param>
/// <param name="classCount">Number of classes.</param>
/// <param name="channels">Measures each channel; null to measure the size of all values alone.</param>
internal sealed class RowCounter(int featureCount, int classCount, ChannelMoments? channels = null)
{
    private readonly long[] _rows = new long[classCount];
    private readonly double[] _weights = new double[classCount];
    private double _squares;
    private ulong _fingerprint;

    /// <summary>Adds a row.</summary>
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
        _fingerprint = RowFingerprint.Add(_fingerprint, row);
        if (channels is null)
        {
            _squares += SumOfSquares(row.Values);
        }
        else
        {
            channels.Add(row);
        }
    }

    /// <summary>Returns what the rows so far are like.</summary>
    public RowSummary Summary()
    {
        long rows = _rows.Sum();
        ChannelStatistics? statistics = channels?.Statistics();
        double rootMeanSquare = statistics?.RootMeanSquare() ??
            Math.Sqrt(_squares / Math.Max(1.0, (double)rows * featureCount));
        return new(rows, _rows, _weights, rootMeanSquare) { Fingerprint = _fingerprint, Channels = statistics };
    }

    // In double precision, where no square of a float overflows or underflows; four lanes on every machine.
    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        Vector256<double> sums = Vector256<double>.Zero;
        while (values.Length >= Vector256<float>.Count)
        {
            (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(Vector256.Create(values));
            sums += (lower * lower) + (upper * upper);
            values = values[Vector256<float>.Count..];
        }
        double sum = sums[0] + sums[1] + (sums[2] + sums[3]);
        foreach (float value in values)
        {
            sum += (double)value * value;
        }
        return sum;
    }
}
