using Microsoft.ML.Spiking.Training.Feed;


namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>Rows of an array, dense or as their nonzero values.</summary>
internal sealed class ArrayRowSource(
    float[][] rows, int[] labels, float[]? weights = null, bool isSparse = false) : IRowSource
{
    public int FeatureCount => rows.Length == 0 ? 1 : rows[0].Length;

    /// <summary>Gets the number of times that the rows have been read.</summary>
    public int Passes { get; private set; }

    public IRowCursor Open()
    {
        Passes++;
        return new Cursor(this);
    }

    private sealed class Cursor(ArrayRowSource source) : IRowCursor
    {
        private readonly List<float> _values = [];
        private readonly List<int> _indices = [];
        private int _row = -1;

        public ReadOnlySpan<float> Values => _values.ToArray();

        public ReadOnlySpan<int> Indices => _indices.ToArray();

        public bool IsDense => !source.IsSparse;

        public int Label => source.Labels[_row];

        public float Weight => source.Weights?[_row] ?? 1f;

        public bool MoveNext()
        {
            if (++_row >= source.Rows.Length)
            {
                return false;
            }
            _values.Clear();
            _indices.Clear();
            for (int i = 0; i < source.FeatureCount; i++)
            {
                if (IsDense || source.Rows[_row][i] != 0)
                {
                    _values.Add(source.Rows[_row][i]);
                    _indices.Add(i);
                }
            }
            return true;
        }

        public void Dispose() { }
    }

    private float[][] Rows => rows;

    private int[] Labels => labels;

    private float[]? Weights => weights;

    private bool IsSparse => isSparse;
}
