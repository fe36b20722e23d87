using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Training;

namespace Microsoft.ML.Spiking.Sweeps.Data;

/// <summary>The rows of one training, behind the featurizers that were fitted on its training rows.</summary>
/// <param name="Featurizers">Null for none.</param>
/// <param name="Rows">The rows, which all trials share.</param>
internal sealed record FoldData(ITransformer? Featurizers, SharedTrainingData Rows)
{
    /// <summary>Fits the featurizers and prepares the rows.</summary>
    /// <param name="trainer">Any trainer with the columns.</param>
    /// <param name="featurizers">Null for none.</param>
    /// <param name="train">The training rows.</param>
    /// <param name="validation">The validation rows.</param>
    /// <param name="label">The label column.</param>
    /// <param name="warn">Receives a sentence about rows that are skipped.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    public static FoldData Create(SpikingClifTrainer trainer, IEstimator<ITransformer>? featurizers, IDataView train,
        IDataView validation, string label, Action<string> warn)
    {
        if (featurizers is null)
        {
            return new(null, trainer.Share(train, validation, warn));
        }
        ITransformer fitted = featurizers.Fit(train);
        CheckSchema(fitted, train.Schema, validation.Schema);
        IDataView measured = fitted.Transform(validation);
        CheckLabels(measured, label, warn);
        return new(fitted, trainer.Share(fitted.Transform(train), measured, warn));
    }

    /// <summary>Returns the featurizers and a network behind them.</summary>
    public ITransformer Chain(SpikingPredictionTransformer network) =>
        Featurizers is null ? network : new TransformerChain<SpikingPredictionTransformer>(Featurizers, network);

    private static void CheckSchema(ITransformer fitted, DataViewSchema train, DataViewSchema validation)
    {
        try
        {
            fitted.GetOutputSchema(validation);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            string[] others =
            [
                .. train.Where(column =>
                    validation.GetColumnOrNull(column.Name)?.Type is not { } type || !type.Equals(column.Type))
                    .Select(column => $"'{column.Name}' ({column.Type}, in the validation data " +
                        $"{validation.GetColumnOrNull(column.Name)?.Type.ToString() ?? "missing"})"),
            ];
            throw new ArgumentException("The validation data has another schema than the training data: " +
                (others.Length > 0 ? $"{string.Join(", ", others)}." : exception.Message) +
                    " Load both in the same way.",
                exception);
        }
    }

    /// <summary>Warns of labels that featurizers fitted on the training rows do not know.</summary>
    private static void CheckLabels(IDataView validation, string label, Action<string> warn)
    {
        if (validation.Schema.GetColumnOrNull(label) is not { Type: KeyDataViewType { RawType: var raw } } column
            || raw != typeof(uint))
        {
            return; // the trainer says what is wrong with it
        }
        (long missing, long rows) = (0, 0);
        using DataViewRowCursor cursor = validation.GetRowCursor([column]);
        ValueGetter<uint> get = cursor.GetGetter<uint>(column);
        uint key = 0;
        for (; cursor.MoveNext(); rows++)
        {
            get(ref key);
            missing += key == 0 ? 1 : 0;
        }
        if (missing > 0)
        {
            warn(string.Create(CultureInfo.InvariantCulture,
                $"{missing} of {rows} validation rows have no label in column " +
                $"'{label}', or labels that do not occur in the training rows; trials are not measured on them."));
        }
    }
}
