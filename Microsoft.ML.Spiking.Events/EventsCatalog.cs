using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Events;

namespace Microsoft.ML;

/// <summary>
/// Adds recordings of event cameras to <see cref="MLContext.Data"/> and <see cref="MLContext.Transforms"/>.
/// </summary>
public static class EventsCatalog
{
    /// <summary>
    /// Returns the recordings of a folder that has a folder for each class, with the columns Label (the folder's name,
    /// a text) and Recording. A file is read when its row is.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="folder">The folder of the classes.</param>
    /// <param name="options">How the files are read; null for the defaults.</param>
    /// <param name="searchPattern">The files that are taken, such as "*.bin". Default: all.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">No class has a file.</exception>
    public static IDataView LoadFromEventFiles(this DataOperationsCatalog catalog, string folder,
        EventReaderOptions? options = null, string searchPattern = "*")
    {
        Contracts.CheckNonWhiteSpace(folder, nameof(folder));
        var recordings = new List<EventRecording>();
        foreach (string path in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            recordings.AddRange(Directory.GetFiles(path, searchPattern).Order(StringComparer.Ordinal)
                .Select(file => new EventRecording(file, Path.GetFileName(path), options)));
        }
        return recordings.Count > 0 ? LoadFromEventFiles(catalog, recordings) : throw Contracts.ExceptParam(
            nameof(folder), $"No folder in '{folder}' has a file '{searchPattern}'; put the recordings of each class " +
                "into a folder with the class's name.");
    }

    /// <summary>
    /// Returns recordings as rows, with the columns Label (a text) and Recording. A file is read when its row is.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="recordings">
    /// The recordings with their labels, in the order of the rows; see
    /// <see cref="EventRecording.OfDvsGesture(string, string?, EventReaderOptions?)"/> for parts of files.
    /// </param>
    public static IDataView LoadFromEventFiles(
        this DataOperationsCatalog catalog, IEnumerable<EventRecording> recordings)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(recordings, nameof(recordings));
        return catalog.LoadFromEnumerable<EventRecordingRow>(
            [.. recordings.Select(item => new EventRecordingRow { Label = item.Label, Recording = item })]);
    }

    extension(TransformsCatalog catalog)
    {
        /// <summary>Gets what recordings of event cameras can be transformed into.</summary>
        public EventTransforms Events => new(catalog);
    }
}

/// <summary>The transforms of recordings of event cameras.</summary>
public sealed class EventTransforms
{
    private readonly TransformsCatalog _catalog;

    internal EventTransforms(TransformsCatalog catalog) => _catalog = catalog;

    /// <summary>
    /// Creates an estimator that makes frames of recordings: vectors of Single of the shape
    /// <see cref="EventFrameOptions.Shape"/>, which the trainers take as rows with a time axis.
    /// </summary>
    /// <param name="outputColumnName">The column of the frames.</param>
    /// <param name="inputColumnName">The column of the recordings.</param>
    /// <param name="options">The rule; it is saved with the model.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public EventFramesEstimator ToFrames(
        string outputColumnName, string inputColumnName, EventFrameOptions options) =>
        new(CatalogUtils.GetEnvironment(_catalog), outputColumnName, inputColumnName, options);
}
