using System.Globalization;
using Microsoft.ML.Spiking.Networks;
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
}
