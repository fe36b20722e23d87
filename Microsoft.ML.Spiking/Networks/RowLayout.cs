namespace Microsoft.ML.Spiking.Networks;

/// <summary>How the values of a row lie: the shape of a time step, and how many of them the row brings.</summary>
/// <param name="StepShape">[features] or [channels, height, width].</param>
/// <param name="TimeSteps">T; null where the row has no time axis and the encoder makes the steps.</param>
internal sealed record RowLayout(IReadOnlyList<int> StepShape, int? TimeSteps)
{
    private const int ImageRank = 3;

    /// <summary>The layout of a feature column.</summary>
    /// <param name="column">The column's dimensions; four of them are [T, channels, height, width].</param>
    /// <param name="given">What the user says instead, of three or four lengths; null for nothing.</param>
    /// <exception cref="NetworkDefinitionException">What the user says has another number of values.</exception>
    public static RowLayout Of(IReadOnlyList<int> column, IReadOnlyList<int>? given)
    {
        long present = Size(column);
        if (given is not null && Size(given) != present)
        {
            throw new NetworkDefinitionException($"The input shape [{string.Join(", ", given)}] has {Size(given):N0} values, " +
                $"but a row of the feature column has {present:N0}; give the shape of the rows as they are, " +
                "[channels, height, width] or [time steps, channels, height, width].");
        }
        IReadOnlyList<int> shape = given ?? column;
        return shape.Count == ImageRank + 1 ? new([.. shape.Skip(1)], shape[0]) : new(shape, null);
    }

    private static long Size(IReadOnlyList<int> shape) => shape.Aggregate(1L, (product, length) => checked(product * length));
}
