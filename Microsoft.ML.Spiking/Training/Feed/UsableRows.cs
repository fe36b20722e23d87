using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>The opening of a training or validation set, with the checks of its rows.</summary>
internal static class UsableRows
{
    /// <summary>Reads the rows once.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="name">"training" or "validation".</param>
    /// <param name="definition">The network that takes them.</param>
    /// <param name="memoryBudget">Bytes of rows kept in memory.</param>
    /// <param name="observer">Receives what the user should know of the rows.</param>
    /// <param name="token">Checked between rows.</param>
    /// <param name="channels">Measures each channel; null to measure none.</param>
    /// <exception cref="InvalidOperationException">There are none, or they do not fit the network.</exception>
    public static RowFeed Open(
        IRowSource source, string name, NetworkDefinition definition, long memoryBudget, ITrainingObserver observer,
        CancellationToken token, ChannelMoments? channels = null)
    {
        if (source.FeatureCount != definition.InputSize)
        {
            throw new InvalidOperationException($"The {name} rows have {source.FeatureCount} features, " +
                $"but the network takes {definition.InputSize}.");
        }
        RowFeed rows = RowFeed.Open(source, definition.ClassCount, memoryBudget, token, channels);
        if (rows.Summary.Rows == 0)
        {
            throw new InvalidOperationException($"There are no {name} rows: none has a label, finite features and, " +
                "where there is a weight column, a positive weight.");
        }
        if (rows.Bytes == 0)
        {
            observer.Info(string.Create(CultureInfo.InvariantCulture,
                $"The {rows.Summary.Rows} {name} rows need more memory than is left of the budget ({memoryBudget} " +
                $"bytes); they are read again every epoch."));
        }
        return rows;
    }

    /// <summary>Warns of training rows from which a network can hardly learn.</summary>
    /// <param name="summary">The summary of the rows.</param>
    /// <param name="definition">The network that takes them.</param>
    /// <param name="observer">Receives at most one warning.</param>
    public static void Warn(RowSummary summary, NetworkDefinition definition, ITrainingObserver observer)
    {
        FeatureRange range = summary.Range;
        if (summary.Rows > 1 && range.AreRowsEqual)
        {
            observer.Warning("All training rows have the same features, so no network can tell their classes apart. " +
                "Check the feature column and what its transforms make of the data.");
        }
        else if (range.OutsideUnit > 0 && !definition.HasTimeAxis && definition.Encoder.OutputKind == SignalKind.Spikes)
        {
            double share = range.OutsideUnit / ((double)summary.Rows * definition.InputSize);
            observer.Warning(string.Create(CultureInfo.InvariantCulture,
                $"{range.OutsideUnit} feature values of the training rows ({share:P1}) lie outside of 0 to 1, where " +
                $"{definition.Encoder.GetType().Name} takes them for 0 or 1; the features range from " +
                $"{range.Lowest:G4} to {range.Highest:G4}. Scale them to 0 to 1, for example with NormalizeMinMax " +
                $"and fixZero: false."));
        }
    }
}
