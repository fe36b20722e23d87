namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>One pass over the rows. What it shows is valid until the next <see cref="MoveNext"/>.</summary>
internal interface IRowCursor : IDisposable
{
    /// <summary>The row's values: all of them, or with <see cref="Indices"/> those that are not zero.</summary>
    ReadOnlySpan<float> Values { get; }

    /// <summary>Where <see cref="Values"/> stand, ascending; meaningless when <see cref="IsDense"/>.</summary>
    ReadOnlySpan<int> Indices { get; }

    /// <summary>Whether <see cref="Values"/> holds all features.</summary>
    bool IsDense { get; }

    /// <summary>The class, from 0.</summary>
    int Label { get; }

    /// <summary>The example's weight, greater than 0; 1 without a weight column.</summary>
    float Weight { get; }

    /// <summary>Goes to the next usable row: finite features, a label, a positive weight.</summary>
    bool MoveNext();
}
