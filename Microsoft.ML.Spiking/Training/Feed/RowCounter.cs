namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>Counts rows and weights by class.</summary>
internal sealed class RowCounter(int classCount)
{
    private readonly long[] _rows = new long[classCount];
    private readonly double[] _weights = new double[classCount];

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
    }

    public RowSummary Summary() => new(_rows.Sum(), _rows, _weights);
}
