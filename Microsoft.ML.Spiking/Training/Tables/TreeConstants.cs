namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>The leaves of a <see cref="Networks.TreeLayer"/>, fitted on the training rows.</summary>
/// <param name="Conditions">Conditions of a leaf.</param>
/// <param name="Features">The feature of each condition, those of the first leaf first.</param>
/// <param name="Lowest">[leaves, conditions].</param>
/// <param name="Highest">[leaves, conditions].</param>
internal sealed record TreeConstants(int Conditions, IReadOnlyList<int> Features, float[] Lowest, float[] Highest)
{
    public int Leaves => Features.Count / Conditions;

    /// <summary>Writes a row's features, and its leaves behind them.</summary>
    /// <param name="row">[features].</param>
    /// <param name="values">[features + leaves].</param>
    public void Apply(ReadOnlySpan<float> row, Span<float> values)
    {
        row.CopyTo(values);
        for (int leaf = 0, first = 0; leaf < Leaves; leaf++, first += Conditions)
        {
            bool holds = true;
            for (int i = first; i < first + Conditions; i++)
            {
                float value = row[Features[i]];
                holds &= value >= Lowest[i] && value < Highest[i];
            }
            values[row.Length + leaf] = holds ? 1 : 0;
        }
    }
}
