namespace Microsoft.ML.Spiking.Scoring.Panels;

/// <summary>What a convolution's kernel sees at neighbouring places: for each of its rows, values that lie together.</summary>
internal unsafe struct PixelRows
{
    /// <summary>The first row at the first place.</summary>
    public float* Input;

    /// <summary>Rows of the kernel.</summary>
    public int Rows;

    /// <summary>Values of a row: columns of the kernel times channels.</summary>
    public int Length;

    /// <summary>From one row to the next.</summary>
    public long RowStride;

    /// <summary>From one place to the next.</summary>
    public long PixelStride;
}
