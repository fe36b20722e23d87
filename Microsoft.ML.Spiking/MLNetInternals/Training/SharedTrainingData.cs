using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.MLNetInternals.Training;

/// <summary>
/// Training and validation rows that several trainings share, whose options name the same columns: kept once for each
/// order in which their networks take the values, which is mostly one.
/// </summary>
/// <param name="columns">Of the training data.</param>
/// <param name="train">Opens the training rows.</param>
/// <param name="validation">Opens the validation rows; null for none.</param>
internal sealed class SharedTrainingData(
    TrainingColumns columns, Func<FeatureRows, IRowSource> train, Func<FeatureRows, IRowSource>? validation)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (SharedRows Train, SharedRows? Validation)> _rows = new(StringComparer.Ordinal);

    /// <summary>Gets the columns of the training data.</summary>
    public TrainingColumns Columns => columns;

    public bool HasValidation => validation is not null;

    /// <summary>The rows as a network takes them.</summary>
    public (SharedRows Train, SharedRows? Validation) For(NetworkDefinition network)
    {
        var features = new FeatureRows(network);
        string order = features.AreInOrder ? "" : string.Join(',', network.InputShape);
        lock (_gate)
        {
            if (!_rows.TryGetValue(order, out (SharedRows, SharedRows?) rows))
            {
                rows = (new(train(features)), validation is null ? null : new(validation(features)));
                _rows.Add(order, rows);
            }
            return rows;
        }
    }
}
