namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Splits the data into what trials are trained on and what they are measured on.</summary>
internal static class SweepData
{
    /// <summary>One fold for each training of a trial.</summary>
    /// <param name="context">Splits the rows, by its seed.</param>
    /// <param name="data">All rows, or where there is validation data the training rows.</param>
    /// <param name="validation">Null to hold rows out.</param>
    /// <param name="settings">How to.</param>
    /// <param name="seed">Of the split.</param>
    /// <exception cref="ArgumentException">There is validation data as well as folds.</exception>
    public static IReadOnlyList<(IDataView Train, IDataView Validation)> Split(
        MLContext context, IDataView data, IDataView? validation, SweepSettings settings, int seed)
    {
        if (validation is not null)
        {
            return settings.Folds is null
                ? [(data, validation)]
                : throw new ArgumentException($"There is validation data, and {nameof(settings.Folds)} is {settings.Folds}: " +
                    "pass all rows as one for cross-validation, or set it to null.", nameof(settings));
        }
        if (settings.Folds is int folds)
        {
            return
            [
                .. context.Data.CrossValidationSplit(data, folds, settings.SamplingKeyColumnName, seed)
                    .Select(fold => (fold.TrainSet, fold.TestSet)),
            ];
        }
        DataOperationsCatalog.TrainTestData split =
            context.Data.TrainTestSplit(data, settings.ValidationFraction, settings.SamplingKeyColumnName, seed);
        return [(split.TrainSet, split.TestSet)];
    }
}
