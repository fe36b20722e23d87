namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>
/// The rows of a batch with the row before each, for mixing; and the selection of a value by its rank.
/// </summary>
internal static class RowOrder
{
    /// <summary>Changes a row by the one before it.</summary>
    /// <param name="before">As it was before its own change.</param>
    /// <param name="row">The row.</param>
    /// <param name="index">Its place in the batch.</param>
    public delegate void Change(ReadOnlySpan<float> before, Span<float> row, int index);

    /// <summary>Changes all rows; before the first comes the last.</summary>
    /// <param name="features">[rows, features].</param>
    /// <param name="size">Values in a row.</param>
    /// <param name="scratch">At least a row.</param>
    /// <param name="change">The change.</param>
    public static void ForEach(Span<float> features, int size, Span<float> scratch, Change change)
    {
        int rows = features.Length / size;
        // From the last row backwards, so that the row before is still unmixed; the last is kept for the first.
        Span<float> last = scratch[..size];
        features[^size..].CopyTo(last);
        for (int row = rows - 1; row >= 0; row--)
        {
            ReadOnlySpan<float> before = row == 0 ? last : features.Slice((row - 1) * size, size);
            change(before, features.Slice(row * size, size), row);
        }
    }

    /// <summary>Returns the value of a rank, and sorts the values partly: Hoare's selection.</summary>
    /// <param name="values">Finite.</param>
    /// <param name="rank">From 0, the least.</param>
    public static float Select(Span<float> values, int rank)
    {
        int low = 0, high = values.Length - 1;
        while (low < high)
        {
            float pivot = values[(low + high) >>> 1];
            int i = low, j = high;
            while (i <= j)
            {
                while (values[i] < pivot)
                {
                    i++;
                }
                while (values[j] > pivot)
                {
                    j--;
                }
                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }
            if (rank > j && rank < i)
            {
                break;
            }
            (low, high) = rank <= j ? (low, j) : (i, high);
        }
        return values[rank];
    }
}
