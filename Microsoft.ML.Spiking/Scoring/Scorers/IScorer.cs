namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>
/// Scores rows with one network. Safe to use from several threads at once: a call keeps its state to itself.
/// A row's scores depend neither on the other rows of the call nor on the thread.
/// </summary>
internal interface IScorer : IDisposable
{
    /// <summary>Gets the number of values in a row.</summary>
    int FeatureCount { get; }

    /// <summary>Gets the number of scores in a row.</summary>
    int ClassCount { get; }

    /// <summary>
    /// Computes the softmax of the mean logits for <paramref name="rows"/> rows; NaN for a row with a value that is not
    /// finite.
    /// </summary>
    /// <param name="features">[rows, features], row-major.</param>
    /// <param name="rows">Number of rows, 0 allowed.</param>
    /// <param name="scores">[rows, classes], row-major.</param>
    /// <exception cref="ObjectDisposedException">The scorer has been disposed.</exception>
    void Score(ReadOnlySpan<float> features, int rows, Span<float> scores);
}
