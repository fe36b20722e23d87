using static System.FormattableString;

namespace Microsoft.ML.Spiking.MLNetInternals.Training;

/// <summary>
/// The tally of one pass over the rows: which are usable, why the others are not, and which are suspicious.
/// </summary>
internal sealed class PassStatistics(int classCount)
{
    private readonly bool[] _seen = new bool[classCount];
    private long _withoutFiniteFeatures;
    private long _withoutLabel;
    private long _withoutWeight;

    /// <summary>Gets the number of rows in the data.</summary>
    public long Total { get; private set; }

    /// <summary>Gets the number of rows that training sees.</summary>
    public long Usable { get; private set; }

    /// <summary>Gets the number of classes among the usable rows.</summary>
    public int Classes { get; private set; }

    /// <summary>
    /// Gets the number of usable rows with a value beyond <see cref="DataViewFeedCursor.LargestPlausible"/>.
    /// </summary>
    public long Implausible { get; private set; }

    /// <summary>Gets the slot of the first such value.</summary>
    public int ImplausibleSlot { get; private set; }

    /// <summary>Counts a row and says whether it is usable. A row with several faults counts for the first.</summary>
    /// <param name="label">The class from 0; anything outside the classes counts as missing.</param>
    /// <param name="hasFiniteFeatures">Whether no feature is missing or infinite.</param>
    /// <param name="weight">The example's weight.</param>
    /// <param name="implausibleSlot">The first slot with a value beyond reason; negative for none.</param>
    public bool Count(long label, bool hasFiniteFeatures, float weight, int implausibleSlot = -1)
    {
        Total++;
        if (label < 0 || label >= _seen.Length)
        {
            _withoutLabel++;
            return false;
        }
        if (!hasFiniteFeatures)
        {
            _withoutFiniteFeatures++;
            return false;
        }
        if (!(float.IsFinite(weight) && weight > 0))
        {
            _withoutWeight++;
            return false;
        }
        Usable++;
        if (!_seen[label])
        {
            _seen[label] = true;
            Classes++;
        }
        if (implausibleSlot >= 0 && Implausible++ == 0)
        {
            ImplausibleSlot = implausibleSlot;
        }
        return true;
    }

    /// <summary>Returns text such as "2 of 150 (1 with missing or infinite features, 1 without a label)".</summary>
    public string SkippedRows()
    {
        (long Count, string Reason)[] reasons =
        [
            (_withoutFiniteFeatures, "with missing or infinite features"),
            (_withoutLabel, "without a label"),
            (_withoutWeight, "with an example weight that is missing, infinite or not greater than 0"),
        ];
        IEnumerable<string> counted = reasons.Where(reason => reason.Count > 0)
            .Select(reason => Invariant($"{reason.Count:N0} {reason.Reason}"));
        return Invariant($"{Total - Usable:N0} of {Total:N0} ({string.Join(", ", counted)})");
    }
}
