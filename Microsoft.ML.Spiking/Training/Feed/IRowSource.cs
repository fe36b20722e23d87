namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>One pass over the rows. Its properties are valid until the next <see cref="MoveNext"/>.</summary>
internal interface IRowCursor : IDisposable
{
    /// <summary>Gets the row's values: all of them, or with <see cref="Indices"/> those that are not zero.</summary>
    ReadOnlySpan<float> Values { get; }

    /// <summary>Gets the indices of <see cref="Values"/>, ascending; meaningless where <see cref="IsDense"/>.</summary>
    ReadOnlySpan<int> Indices { get; }

    /// <summary>Gets whether <see cref="Values"/> holds all features.</summary>
    bool IsDense { get; }

    /// <summary>Gets the class, from 0.</summary>
    int Label { get; }

    /// <summary>Gets the example's weight, greater than 0; 1 without a weight column.</summary>
    float Weight { get; }

    /// <summary>Moves to the next usable row: finite features, a label, a positive weight.</summary>
    bool MoveNext();
}

/// <summary>The source of training or validation rows.</summary>
internal interface IRowSource
{
    /// <summary>Gets the number of values in a row.</summary>
    int FeatureCount { get; }

    /// <summary>Starts a pass over all rows in their own order. Every pass gives the same rows.</summary>
    IRowCursor Open();
}
