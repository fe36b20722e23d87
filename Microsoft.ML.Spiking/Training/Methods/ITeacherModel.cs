namespace Microsoft.ML.Spiking;

/// <summary>
/// A model of another kind that teaches: it gives logits for rows. Calls come from one thread at a time.
/// </summary>
public interface ITeacherModel
{
    /// <summary>Gets the number of values of a row.</summary>
    int FeatureCount { get; }

    /// <summary>Gets the number of classes, in the order of the label's keys.</summary>
    int ClassCount { get; }

    /// <summary>
    /// Gets what tells this model from every other, such as a checksum: a training resumes only with the same.
    /// </summary>
    string Identity { get; }

    /// <summary>Computes logits.</summary>
    /// <param name="features">
    /// [rows, <see cref="FeatureCount"/>], row-major: values as the trainer is given them, after augmentation.
    /// </param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="logits">[rows, <see cref="ClassCount"/>], row-major: up to a constant of each row.</param>
    void Score(ReadOnlySpan<float> features, int rows, Span<float> logits);
}
