using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Sweeps;
using Microsoft.ML.Spiking.Sweeps.Running;

namespace Microsoft.ML;

/// <summary>Adds sweeps of spiking networks to <see cref="MLContext.MulticlassClassification"/>.</summary>
public static class SweepCatalog
{
    /// <summary>
    /// Looks for the options of a <see cref="SpikingClifTrainer"/> that do best on held-out rows: a part of the data, or by
    /// cross-validation, as the settings say.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">All rows; as the featurizers take them, if there are any, else as the trainer does.</param>
    /// <param name="settings">What to vary, for how long, and so on.</param>
    /// <returns>The best options, the best model, and all trials.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range, or a column is missing or has a type that cannot be used.</exception>
    /// <exception cref="InvalidOperationException">All trials failed, the time was used up before the first epoch, or the models could not be scored here.</exception>
    /// <exception cref="SweepStorageException">The storage cannot be used, is lost for too long, or holds another sweep.</exception>
    /// <exception cref="OperationCanceledException">The sweep was cancelled before it had anything.</exception>
    public static SweepResult SweepSpikingClif(
        this MulticlassClassificationCatalog catalog, IDataView data, SweepSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Sweep.Run(catalog, data, validation: null, settings);
    }

    /// <summary>Looks for the options of a <see cref="SpikingClifTrainer"/> that do best on validation data.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="trainData">The rows to learn from; as the featurizers take them, if there are any, else as the trainer does.</param>
    /// <param name="validationData">The rows to measure on, with the same schema.</param>
    /// <param name="settings">What to vary, for how long, and so on; null for 32 trials of the defaults.</param>
    /// <returns>The best options, the best model, and all trials.</returns>
    /// <exception cref="ArgumentException">
    /// A setting is out of its range, a column is missing or has a type that cannot be used, or the validation data has another
    /// schema.
    /// </exception>
    /// <exception cref="InvalidOperationException">All trials failed, the time was used up before the first epoch, or the models could not be scored here.</exception>
    /// <exception cref="SweepStorageException">The storage cannot be used, is lost for too long, or holds another sweep.</exception>
    /// <exception cref="OperationCanceledException">The sweep was cancelled before it had anything.</exception>
    public static SweepResult SweepSpikingClif(
        this MulticlassClassificationCatalog catalog, IDataView trainData, IDataView validationData, SweepSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(validationData);
        return Sweep.Run(catalog, trainData, validationData, settings);
    }
}
