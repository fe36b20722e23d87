using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Sweeps;
using Microsoft.ML.Spiking.Sweeps.Running;

namespace Microsoft.ML;

/// <summary>Adds sweeps of spiking networks to <see cref="MLContext.MulticlassClassification"/>.</summary>
public static class SweepCatalog
{
    /// <summary>
    /// Searches for the options of a <see cref="SpikingClifTrainer"/> that do best on held-out rows: a part of the
    /// data, or by cross-validation, depending on the settings.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">
    /// All rows, with the columns of the featurizers if there are any, otherwise those of the trainer.
    /// </param>
    /// <param name="settings">The settings: what to vary, for how long, and so on.</param>
    /// <returns>The best options, the best model, and all trials.</returns>
    /// <exception cref="ArgumentException">
    /// A setting is out of its range, a column is missing or has a type that cannot be used, or there are too few rows
    /// to hold out.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// All trials failed, the time was used up before the first epoch, or a device does not exist.
    /// </exception>
    /// <exception cref="SweepStorageException">
    /// The storage cannot be used, is unavailable for too long, is damaged, or holds another sweep.
    /// </exception>
    /// <exception cref="OperationCanceledException">The sweep was cancelled before its first epoch ended.</exception>
    public static SweepResult SweepSpikingClif(
        this MulticlassClassificationCatalog catalog, IDataView data, SweepSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Sweep.Run(catalog, data, validation: null, settings);
    }

    /// <summary>
    /// Searches for the options of a <see cref="SpikingClifTrainer"/> that do best on validation data.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="trainData">
    /// The training rows, with the columns of the featurizers if there are any, otherwise those of the trainer.
    /// </param>
    /// <param name="validationData">The rows to measure on, with the same schema.</param>
    /// <param name="settings">The settings; null for 32 trials of the default space.</param>
    /// <returns>The best options, the best model, and all trials.</returns>
    /// <exception cref="ArgumentException">
    /// A setting is out of its range, a column is missing or has a type that cannot be used, or the validation data has
    /// another schema.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// All trials failed, the time was used up before the first epoch, or a device does not exist.
    /// </exception>
    /// <exception cref="SweepStorageException">
    /// The storage cannot be used, is unavailable for too long, is damaged, or holds another sweep.
    /// </exception>
    /// <exception cref="OperationCanceledException">The sweep was cancelled before its first epoch ended.</exception>
    public static SweepResult SweepSpikingClif(
        this MulticlassClassificationCatalog catalog, IDataView trainData, IDataView validationData,
        SweepSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(validationData);
        return Sweep.Run(catalog, trainData, validationData, settings);
    }
}
