namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>What the features of each channel are like over all rows and time steps.</summary>
/// <param name="Means">[channels].</param>
/// <param name="Deviations">[channels]; of the population, 0 where all values are alike.</param>
internal sealed record ChannelStatistics(IReadOnlyList<double> Means, IReadOnlyList<double> Deviations);
