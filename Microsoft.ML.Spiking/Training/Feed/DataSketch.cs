namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// A summary of a set of rows that tells it apart from other sets: exact in the labels, the weights and their order; in
/// the features within a tolerance, because featurizers give other last bits on processors of other vector widths. The
/// same for dense and sparse rows. No defence against intent.
/// </summary>
/// <remarks>
/// Rounding the features and hashing them would not do: of a million values some lie at a border of any rounding. The
/// projections are sums of all values of a group of features under random signs (Alon, Matias and Szegedy, STOC 1996),
/// so those of two sets differ by about the Euclidean norm of the sets' difference. Differences in the last bits stay a
/// thousand times below the tolerance; of a hundred thousand values it is exceeded as soon as one changes by 3 % of
/// their root mean square, and always where two different rows are exchanged.
/// </remarks>
/// <param name="Targets">A hash of all labels and weights in the rows' order.</param>
/// <param name="Projections">[groups, 4].</param>
/// <param name="Norms">[groups]: the Euclidean norm of all values of a group.</param>
internal sealed record DataSketch(ulong Targets, IReadOnlyList<double> Projections, IReadOnlyList<double> Norms)
{
    internal const int MostGroups = 32;
    internal const int ProjectionsOfGroup = 4;

    // Of the group's norm, and of the norm of all: a small principal component is as exact as the row, not as itself.
    private const double Tolerance = 1e-4;
    private const double WholeTolerance = 1e-6;

    /// <summary>
    /// Returns whether the features of another set of as many rows and features are the same, but for last bits.
    /// </summary>
    public bool HasFeaturesOf(DataSketch other)
    {
        if (Norms.Count != other.Norms.Count || Projections.Count != other.Projections.Count
            || Projections.Count != ProjectionsOfGroup * Norms.Count)
        {
            return false;
        }
        double whole = Math.Sqrt(other.Norms.Sum(norm => norm * norm));
        return Enumerable.Range(0, Norms.Count).All(group =>
        {
            double tolerance = (Tolerance * other.Norms[group]) + (WholeTolerance * whole);
            return IsNear(Norms[group], other.Norms[group], tolerance) && Enumerable
                .Range(ProjectionsOfGroup * group, ProjectionsOfGroup)
                .All(i => IsNear(Projections[i], other.Projections[i], tolerance));
        });
    }

    // False where one of them is not a number.
    private static bool IsNear(double x, double y, double tolerance) => Math.Abs(x - y) <= tolerance;
}

/// <summary>The measurement of a <see cref="DataSketch"/>, row by row.</summary>
/// <param name="featureCount">Values in a row.</param>
internal sealed class DataSketcher(int featureCount)
{
    // Odd numbers without pattern; the first is 2^64 over the golden ratio, the others are those of SplitMix64.
    private const ulong Step = 0x9E3779B97F4A7C15;
    private const ulong Mixer = 0xBF58476D1CE4E5B9;
    private const ulong LastMixer = 0x94D049BB133111EB;

    private readonly int _groups = Math.Min(featureCount, DataSketch.MostGroups);
    private readonly double[] _projections =
        new double[Math.Min(featureCount, DataSketch.MostGroups) * DataSketch.ProjectionsOfGroup];
    private readonly double[] _squares = new double[Math.Min(featureCount, DataSketch.MostGroups)];
    private ulong _targets;
    private ulong _rows;

    /// <summary>Adds a row.</summary>
    public void Add(IRowCursor row)
    {
        unchecked
        {
            ulong target = ((ulong)row.Label << 32) | BitConverter.SingleToUInt32Bits(row.Weight);
            _targets = Mix(_targets + Step + Mix(target));
        }
        ulong key = Mix(++_rows);
        ReadOnlySpan<float> values = row.Values;
        ReadOnlySpan<int> indices = row.IsDense ? [] : row.Indices;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] != 0)
            {
                Add(key, row.IsDense ? i : indices[i], values[i]);
            }
        }
    }

    /// <summary>Returns the sketch of the rows so far.</summary>
    public DataSketch Sketch() => new(_targets, [.. _projections], [.. _squares.Select(Math.Sqrt)]);

    private void Add(ulong rowKey, int place, double value)
    {
        int group = (int)((long)place * _groups / featureCount);
        _squares[group] += value * value;
        long bits = BitConverter.DoubleToInt64Bits(value);
        ulong signs = Mix(unchecked(rowKey + ((ulong)place * Step)));
        int first = group * DataSketch.ProjectionsOfGroup;
        foreach (ref double projection in _projections.AsSpan(first, DataSketch.ProjectionsOfGroup))
        {
            projection += BitConverter.Int64BitsToDouble(bits ^ ((long)signs & long.MinValue));
            signs <<= 1;
        }
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * Mixer;
            value = (value ^ (value >> 27)) * LastMixer;
            return value ^ (value >> 31);
        }
    }
}
