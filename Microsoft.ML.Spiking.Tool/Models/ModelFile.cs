using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tool.Data;

namespace Microsoft.ML.Spiking.Tool.Models;

/// <summary>A model zip: the whole chain, the columns that it was saved with, and the network in it.</summary>
internal sealed class ModelFile
{
    private ModelFile(ITransformer model, DataViewSchema schema, SpikingPredictionTransformerBase network) =>
        (Model, Schema, Network) = (model, schema, network);

    public ITransformer Model { get; }

    /// <summary>Gets the columns that the model was saved with.</summary>
    public DataViewSchema Schema { get; }

    public SpikingPredictionTransformerBase Network { get; }

    /// <summary>Gets the classes' names in the order of the scores.</summary>
    public IReadOnlyList<string> Classes { get; private init; } = [];

    /// <summary>Gets the columns that the model needs to predict: those it was saved with but the label.</summary>
    public IReadOnlyList<DataViewSchema.Column> Inputs =>
        [.. Schema.Where(column => !column.IsHidden && column.Name != Network.Label.Name)];

    /// <summary>Gets whether the model takes image files.</summary>
    public bool TakesImages => Schema.GetColumnOrNull(ImageFolderSource.PathColumn)?.Type is TextDataViewType;

    /// <summary>Returns the probabilities of rows.</summary>
    /// <param name="rows">Rows as the model takes them.</param>
    public IEnumerable<float[]> Score(IDataView rows)
    {
        IDataView scored = Model.Transform(rows);
        return scored.GetColumn<float[]>(scored.Schema.Last(IsScore).Name);
    }

    /// <summary>Loads a model.</summary>
    /// <exception cref="ToolException">
    /// There is no such file, or it holds no model with one network of ours.
    /// </exception>
    public static ModelFile Load(MLContext ml, string path)
    {
        if (!File.Exists(path))
        {
            throw ToolException.Usage($"There is no model '{path}'.");
        }
        (ITransformer model, DataViewSchema schema) = Open(ml, path);
        SpikingPredictionTransformerBase[] networks = [.. Flat(model).OfType<SpikingPredictionTransformerBase>()];
        if (networks is not [SpikingPredictionTransformer network])
        {
            throw ToolException.Usage(networks.Length switch
            {
                0 => $"'{path}' is a model of ML.NET without a spiking network.",
                1 => $"The network in '{path}' is for a Boolean label; this tool takes those for classes by name.",
                _ => $"'{path}' has {networks.Length} spiking networks; the tool takes models with one.",
            });
        }
        int count = network.Model.Network.ClassCount;
        return new(model, schema, network) { Classes = LabelKeys.ClassesOf(network.Label, count) };
    }

    /// <summary>Returns the transformers of a chain, whatever it is made of.</summary>
    public static IEnumerable<ITransformer> Flat(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flat) : [model];

    /// <summary>Saves a model under a temporary name first, so that a file that is there is replaced whole.</summary>
    /// <exception cref="ToolException">The file cannot be written.</exception>
    public static void Save(MLContext ml, ITransformer model, DataViewSchema schema, string path) =>
        Write(path, temporary => ml.Model.Save(model, schema, temporary));

    /// <summary>Writes a file under a temporary name and renames it.</summary>
    /// <exception cref="ToolException">The file cannot be written.</exception>
    public static void Write(string path, Action<string> write)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, exception);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>Checks, before long work, whether a file can be written.</summary>
    /// <exception cref="ToolException">It cannot.</exception>
    public static void CheckWritable(string path)
    {
        if (Directory.Exists(path))
        {
            throw ToolException.Usage($"'{path}' is a folder; name a file to write.");
        }
        string probe = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, exception);
        }
    }

    private static bool IsScore(DataViewSchema.Column column)
    {
        const string kind = "ScoreValueKind";
        if (column.Annotations.Schema.GetColumnOrNull(kind)?.Type is not TextDataViewType)
        {
            return false;
        }
        ReadOnlyMemory<char> text = default;
        column.Annotations.GetValue(kind, ref text);
        return text.Span.SequenceEqual("Score");
    }

    private static ToolException Unwritable(string path, Exception exception)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return ToolException.Usage(folder is not null && !Directory.Exists(folder)
            ? $"'{path}' cannot be written: there is no folder '{folder}'."
            : $"'{path}' cannot be written: {exception.Message}", exception);
    }

    private static (ITransformer Model, DataViewSchema Schema) Open(MLContext ml, string path)
    {
        try
        {
            ITransformer model = ml.Model.Load(path, out DataViewSchema schema);
            return (model, schema ?? throw new FormatException("it was saved without the columns of its input"));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException) // ML.NET throws many kinds
        {
            throw ToolException.Usage($"'{path}' is not a model that can be loaded: " +
                $"{exception.GetBaseException().Message.TrimEnd('.')}.", exception);
        }
    }
}
