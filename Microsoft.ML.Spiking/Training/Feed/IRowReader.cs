namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>One pass over the rows of a <see cref="RowFeed"/>, in batches.</summary>
internal interface IRowReader : IDisposable
{
    /// <summary>Writes the next rows: as many as there is place for, or as are left.</summary>
    /// <param name="features">[rows, features], row-major.</param>
    /// <param name="labels">[rows]; its length is the number of rows asked for.</param>
    /// <param name="weights">[rows].</param>
    /// <returns>The number of rows written; 0 at the end.</returns>
    int Read(Span<float> features, Span<long> labels, Span<float> weights);
}
