namespace Microsoft.ML.Spiking.MLNetInternals.Training;

/// <summary>What one pass over the rows has met.</summary>
internal sealed class PassStatistics(int classCount)
{
    private readonly bool[] _seen = new bool[classCount];

    /// <summary>Rows of the data.</summary>
    public long Total { get; private set; }

    /// <summary>Rows that training sees.</summary>
    public long Usable { get; private set; }

    /// <summary>Classes among the usable rows.</summary>
    public int Classes { get; private set; }

    private long Features { get; set; }

    private long Labels { get; set; }

    private long Weights { get; set; }

    /// <summary>Counts a row and says whether it is usable. A row with several faults counts for the first.</summary>
    /// <param name="label">The class from 0; anything outside the classes counts as missing.</param>
    /// <param name="hasFiniteFeatures">Whether no feature is missing or infinite.</param>
    /// <param name="weight">The example's weight.</param>
    public bool Count(long label, bool hasFiniteFeatures, float weight)
    {
        Total++;
        if (label < 0 || label >= _seen.Length)
        {
            Labels++;
            return false;
        }
        if (!hasFiniteFeatures)
        {
            Features++;
            return false;
        }
        if (!(float.IsFinite(weight) && weight > 0))
        {
            Weights++;
            return false;
        }
        Usable++;
        if (!_seen[label])
        {
            _seen[label] = true;
            Classes++;
        }
        return true;
    }

    /// <summary>Such as "2 of 150 (1 with missing or infinite features, 1 without a label)".</summary>
    public string SkippedRows()
    {
        (long Count, string Reason)[] reasons =
        [
            (Features, "with missing or infinite features"),
            (Labels, "without a label"),
            (Weights, "with an example weight that is missing, infinite or not greater than 0"),
        ];
        return $"{Total - Usable:N0} of {Total:N0} (" + string.Join(", ",
            reasons.Where(reason => reason.Count > 0).Select(reason => $"{reason.Count:N0} {reason.Reason}")) + ")";
    }
}
