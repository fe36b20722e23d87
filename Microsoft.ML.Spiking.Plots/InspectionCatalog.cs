using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Plots.Pages;

namespace Microsoft.ML;

/// <summary>A page about a trained spiking network, under <see cref="MLContext.Model"/>.</summary>
public static class InspectionCatalog
{
    /// <summary>
    /// Writes a folder with an index.html that shows what a network is and does: its layers, firing rates, spikes and
    /// potentials of chosen rows, energy, gradients through time, results and explanations. It opens without a server
    /// or network. What cannot be shown, for want of labels or because the neurons do not spike, it says.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network; it may be a chain.</param>
    /// <param name="data">
    /// Rows as the model takes them, with the label column as keys where there is one; null for the network alone.
    /// </param>
    /// <param name="folder">The folder; it is created if need be, and files of the same names are replaced.</param>
    /// <param name="options">The choices; null for the defaults.</param>
    /// <returns>The path of index.html.</returns>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or an option is out
    /// of its range or names a row that is not there.
    /// </exception>
    /// <exception cref="InvalidOperationException">No row can be scored.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written.</exception>
    public static string SaveInspection(this ModelOperationsCatalog catalog, ITransformer model, IDataView? data,
        string folder, InspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options ??= new();
        options.Validate();
        return new Inspection(catalog, model, data, options).Save(folder);
    }
}
