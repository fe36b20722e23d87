namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>The conditions that a leaf's rows meet: lowest &lt;= x[feature] &lt; highest for some features.</summary>
internal sealed class LeafConditions
{
    public static readonly LeafConditions Empty = new([]);

    private readonly IReadOnlyList<(int Feature, float Lowest, float Highest)> _conditions;

    private LeafConditions(IReadOnlyList<(int Feature, float Lowest, float Highest)> conditions) =>
        _conditions = conditions;

    public int Count => _conditions.Count;

    public (int Feature, float Lowest, float Highest) this[int index] => _conditions[index];

    /// <summary>Returns the conditions and that the feature is below a value.</summary>
    public LeafConditions Below(int feature, float highest) => And(feature, float.MinValue, highest);

    /// <summary>Returns the conditions and that the feature is at least a value.</summary>
    public LeafConditions From(int feature, float lowest) => And(feature, lowest, float.MaxValue);

    private LeafConditions And(int feature, float lowest, float highest)
    {
        var all = _conditions.ToList();
        int place = all.FindIndex(condition => condition.Feature == feature);
        if (place < 0)
        {
            all.Add((feature, lowest, highest));
        }
        else
        {
            all[place] = (feature, Math.Max(all[place].Lowest, lowest), Math.Min(all[place].Highest, highest));
        }
        return new(all);
    }
}
