using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>The rows of one training, behind the featurizers that were fitted on its training rows.</summary>
/// <param name="Featurizers">Null for none.</param>
/// <param name="Rows">Shared by all trials.</param>
internal sealed record FoldData(ITransformer? Featurizers, SharedTrainingData Rows)
{
    /// <summary>Fits the featurizers and prepares the rows.</summary>
    /// <param name="trainer">Any with the columns.</param>
    /// <param name="featurizers">Null for none.</param>
    /// <param name="train">The training rows.</param>
    /// <param name="validation">The validation rows.</param>
    /// <param name="warn">Hears of rows that are skipped.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    public static FoldData Create(
        SpikingClifTrainer trainer, IEstimator<ITransformer>? featurizers, IDataView train, IDataView validation, Action<string> warn)
    {
        if (featurizers is null)
        {
            return new(null, trainer.Share(train, validation, warn));
        }
        ITransformer fitted = featurizers.Fit(train);
        CheckSchema(fitted, train.Schema, validation.Schema);
        return new(fitted, trainer.Share(fitted.Transform(train), fitted.Transform(validation), warn));
    }

    /// <summary>The featurizers and a network behind them.</summary>
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
                .. train.Where(column => validation.GetColumnOrNull(column.Name)?.Type is not { } type || !type.Equals(column.Type))
                    .Select(column => $"'{column.Name}' ({column.Type}, in the validation data " +
                        $"{validation.GetColumnOrNull(column.Name)?.Type.ToString() ?? "missing"})"),
            ];
            throw new ArgumentException("The validation data has another schema than the training data: " +
                (others.Length > 0 ? $"{string.Join(", ", others)}." : exception.Message) + " Load both in the same way.", exception);
        }
    }
}
