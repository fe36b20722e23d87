using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>The summary of the first pass over the rows.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="ClassRows">Number of rows of each class.</param>
/// <param name="ClassWeights">Sum of the example weights of each class.</param>
/// <param name="RootMeanSquare">Root mean square of all features of all rows.</param>
internal sealed record RowSummary(
    long Rows, IReadOnlyList<long> ClassRows, IReadOnlyList<double> ClassWeights, double RootMeanSquare)
{
    /// <summary>Gets the sketch that tells these rows apart from others.</summary>
    public DataSketch Sketch { get; init; } = new(Targets: 0, Projections: [], Norms: []);

    /// <summary>Gets the number of features of all rows that are not zero.</summary>
    public long NonZeros { get; init; }

    /// <summary>Gets the range of the features.</summary>
    public FeatureRange Range { get; init; }

    /// <summary>Gets the mean and deviation of each channel; null if they were not measured.</summary>
    public ChannelStatistics? Channels { get; init; }

    /// <summary>
    /// Returns the weight of each class that gives all classes the same influence: inverse to the class's total weight,
    /// with a mean of 1 over the rows. 1 for classes without rows.
    /// </summary>
    public float[] BalancedWeights()
    {
        double total = ClassWeights.Sum();
        int present = ClassWeights.Count(weight => weight > 0);
        return [.. ClassWeights.Select(weight => weight > 0 ? (float)(total / (present * weight)) : 1f)];
    }

    /// <summary>Returns the weight of each class under a weighting; null where all classes weigh 1.</summary>
    public float[]? WeightsFor(ClassWeighting weighting, IReadOnlyList<float>? given) => weighting switch
    {
        ClassWeighting.None => null,
        ClassWeighting.Balanced => BalancedWeights(),
        ClassWeighting.Given => [.. given!],
        _ => throw new NotSupportedException($"The class weighting {weighting} is not known."),
    };

    /// <summary>Gets the factor that brings the features to a root mean square of 1; 1 where they are all 0.</summary>
    public double InputScale => RootMeanSquare > 0 && double.IsFinite(RootMeanSquare) ? 1 / RootMeanSquare : 1;
}

/// <summary>The range of the features of all rows.</summary>
/// <param name="Lowest">The lowest value.</param>
/// <param name="Highest">The highest value.</param>
/// <param name="OutsideUnit">Number of values below 0 or above 1.</param>
/// <param name="AreRowsEqual">Whether all rows have the same features.</param>
internal readonly record struct FeatureRange(float Lowest, float Highest, long OutsideUnit, bool AreRowsEqual);

/// <summary>
/// The first pass over the rows: counts rows and weights by class, measures the features and sketches
/// the rows for comparison with others.
/// </summary>
/// <param name="featureCount">Values in a row.</param>
/// <param name="classCount">Number of classes.</param>
/// <param name="channels">Measures each channel; null to measure the size of all values alone.</param>
internal sealed class RowCounter(int featureCount, int classCount, ChannelMoments? channels = null)
{
    private readonly long[] _rows = new long[classCount];
    private readonly double[] _weights = new double[classCount];
    private readonly DataSketcher _sketcher = new(featureCount);
    private readonly float[] _row = new float[featureCount];
    private float[]? _first;
    private FeatureRange _range =
        new(float.PositiveInfinity, float.NegativeInfinity, OutsideUnit: 0, AreRowsEqual: true);
    private double _squares;
    private long _nonZeros;

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
        _nonZeros += row.Values.Length - System.MemoryExtensions.Count(row.Values, 0f);
        _sketcher.Add(row);
        AddToRange(row);
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
        return new(rows, _rows, _weights, rootMeanSquare)
        {
            Sketch = _sketcher.Sketch(),
            NonZeros = _nonZeros,
            Range = _range,
            Channels = statistics,
        };
    }

    private void AddToRange(IRowCursor row)
    {
        ReadOnlySpan<float> values = row.Values;
        (float lowest, float highest) = values.Length < featureCount ? (0f, 0f) : (values[0], values[0]);
        if (values.Length > 0)
        {
            lowest = Math.Min(lowest, TensorPrimitives.Min(values));
            highest = Math.Max(highest, TensorPrimitives.Max(values));
        }
        long outside = 0;
        if (lowest < 0 || highest > 1)
        {
            foreach (float value in values)
            {
                outside += value is < 0 or > 1 ? 1 : 0;
            }
        }
        _range = new(Math.Min(_range.Lowest, lowest), Math.Max(_range.Highest, highest), _range.OutsideUnit + outside,
            _range.AreRowsEqual && IsAsTheFirst(row));
    }

    private bool IsAsTheFirst(IRowCursor row)
    {
        RowStore.Densify(row.Values, row.Indices, row.IsDense, _row);
        _first ??= [.. _row];
        return _row.AsSpan().SequenceEqual(_first);
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
