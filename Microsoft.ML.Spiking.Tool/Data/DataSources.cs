using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tool.Models;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>Determines what a path holds.</summary>
internal static class DataSources
{
    /// <summary>Opens data to train on, by what the path holds.</summary>
    /// <exception cref="ToolException">There is nothing that can be read.</exception>
    public static DataSource ForTraining(DataArguments arguments)
    {
        string path = arguments.DataPath;
        CheckExists(path);
        if (IdxSource.IsIdx(path))
        {
            return IdxSource.Open(arguments, isTraining: true, needsLabels: true);
        }
        if (File.Exists(path))
        {
            return CsvSource.ForTraining(arguments);
        }
        return ClassFolders.Has(path, ImageFolderSource.Endings) ? ImageFolderSource.Open(arguments, needsLabels: true)
            : ClassFolders.Has(path, EventFolderSource.Endings) ? EventFolderSource.ForTraining(arguments)
            : throw ToolException.Usage($"'{path}' has neither class folders of images or event recordings nor IDX " +
                "files (images-idx3).");
    }

    /// <summary>Opens data for a model, as it was trained.</summary>
    /// <param name="arguments">What the command line says.</param>
    /// <param name="model">The model.</param>
    /// <param name="needsLabels">Whether rows without labels are of no use.</param>
    /// <exception cref="ToolException">The data is missing, or not what the model takes.</exception>
    public static DataSource ForModel(DataArguments arguments, ModelFile model, bool needsLabels)
    {
        string path = arguments.DataPath;
        CheckExists(path);
        if (model.TakesImages)
        {
            return ImageFolderSource.Open(arguments, needsLabels);
        }
        if (model.Schema.GetColumnOrNull(
            model.Network.FeatureColumnName) is not { Type: VectorDataViewType vector } column)
        {
            return File.Exists(path)
                ? CsvSource.ForModel(arguments, model.Schema, model.Network.Label.Name, needsLabels)
                : throw ToolException.Usage($"The model takes the columns of a CSV file, and '{path}' is a folder.");
        }
        if (RuleOf(column) is FrameRule rule && vector.Dimensions is [_, _, int rows, int columns])
        {
            return EventFolderSource.ForModel(arguments, rule, (columns, rows), needsLabels);
        }
        if (!IdxSource.IsIdx(path))
        {
            return File.Exists(path)
                ? VectorCsvSource.ForModel(arguments, column, model.Network.Label.Name, needsLabels)
                : throw ToolException.Usage($"The model takes vectors of {vector.Size} numbers, and '{path}' has no " +
                    "IDX files (images-idx3).");
        }
        IdxSource images = IdxSource.Open(arguments, isTraining: false, needsLabels);
        return images.Height * images.Width == vector.Size
            ? images
            : throw ToolException.Usage($"The model takes {vector.Size} numbers in a row, and the images of '{path}' " +
                $"have {images.Height} x {images.Width} pixels.");
    }

    private static FrameRule? RuleOf(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(FrameRule.AnnotationKind) is not { Type: TextDataViewType })
        {
            return null;
        }
        ReadOnlyMemory<char> text = default;
        column.Annotations.GetValue(FrameRule.AnnotationKind, ref text);
        return FrameRule.Parse(text.ToString());
    }

    private static void CheckExists(string path)
    {
        if (!Path.Exists(path))
        {
            throw ToolException.Usage($"There is no file or folder '{path}'.");
        }
        if (path.EndsWith(".h5", StringComparison.OrdinalIgnoreCase))
        {
            throw ToolException.Usage($"'{path}' is HDF5; spiking audio is read by the library " +
                "(Microsoft.ML.Spiking.Events, SpikingAudioFile), not by this tool.");
        }
    }
}
