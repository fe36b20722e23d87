using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;

namespace Inspect;

/// <summary>Rows of a CSV file as a model takes them, with the label as a key of its classes.</summary>
internal static class LabelledRows
{
    /// <summary>Loads the rows.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="model">The model, a chain.</param>
    /// <param name="schema">The columns that the model was saved with.</param>
    /// <param name="path">The file.</param>
    /// <param name="label">The label's column.</param>
    /// <exception cref="InvalidOperationException">The file lacks a column, or the model is none of ours.</exception>
    public static IDataView Load(MLContext ml, ITransformer model, DataViewSchema schema, string path, string label)
    {
        string[] names = [.. (File.ReadLines(path).FirstOrDefault() ?? "").Split(',').Select(name => name.Trim())];
        int Place(string name) => Array.IndexOf(names, name) is int place and >= 0 ? place
            : throw new InvalidOperationException(
                $"'{path}' has no column '{name}'; its first line names {string.Join(", ", names)}.");
        TextLoader.Column[] columns =
        [
            .. schema.Where(column => column.Name != label).Select(column => column.Type switch
            {
                VectorDataViewType => new TextLoader.Column(column.Name, DataKind.Single,
                    [.. names.Index().Where(name => name.Item != label)
                        .Select(name => new TextLoader.Range(name.Index))]),
                TextDataViewType => new TextLoader.Column(column.Name, DataKind.String, Place(column.Name)),
                _ => new TextLoader.Column(column.Name, DataKind.Single, Place(column.Name)),
            }),
            new TextLoader.Column(label, DataKind.String, Place(label)),
        ];
        IDataView rows = ml.Data.LoadFromTextFile(path, columns, separatorChar: ',', hasHeader: true,
            allowQuoting: true);
        IDataView classes = ml.Data.LoadFromEnumerable(Classes(model, rows.Schema).Select(name => new Class(name)));
        return ml.Transforms.Conversion.MapValueToKey(label, keyData: classes).Fit(rows).Transform(rows);
    }

    /// <summary>Returns the classes' names, which the network's prediction carries, in the order of its keys.</summary>
    private static IEnumerable<string> Classes(ITransformer model, DataViewSchema schema)
    {
        foreach (ITransformer part in (model as IEnumerable<ITransformer>) ?? [model])
        {
            schema = part.GetOutputSchema(schema);
            if (part is SpikingPredictionTransformer)
            {
                VBuffer<ReadOnlyMemory<char>> names = default;
                schema["PredictedLabel"].GetKeyValues(ref names);
                return [.. names.DenseValues().Select(name => name.ToString())];
            }
        }
        throw new InvalidOperationException("The model has no spiking network for classes by name.");
    }

    private sealed class Class(string name)
    {
        public string Name { get; } = name;
    }
}
