using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>A CSV file for a model that takes one vector: as many columns of numbers, in their order.</summary>
internal sealed class VectorCsvSource : DataSource
{
    private readonly CsvFile _file;
    private readonly CsvColumn[] _numbers;
    private readonly CsvColumn? _label;
    private readonly string _labelName;

    private VectorCsvSource(CsvFile file, long rows, CsvColumn[] numbers, CsvColumn? label, string feature, string name)
    {
        (_file, Rows, _numbers, _label, FeatureColumn, _labelName) = (file, rows, numbers, label, feature, name);
    }

    public override string Kind => "CSV";

    public override string FeatureColumn { get; }

    public override string LabelColumn => _labelName;

    public override bool HasLabels => _label is not null;

    public override long Rows { get; }

    public override string LoadCode => throw new NotSupportedException("Such models are not trained here.");

    /// <summary>Opens a file for a model.</summary>
    /// <param name="arguments">What the command line says.</param>
    /// <param name="feature">The column of features, a vector.</param>
    /// <param name="label">The label's column.</param>
    /// <param name="needsLabel">Whether rows without a label are of no use.</param>
    /// <exception cref="ToolException">
    /// The file has another number of columns, or text where numbers are needed.
    /// </exception>
    public static VectorCsvSource ForModel(
        DataArguments arguments, DataViewSchema.Column feature, string label, bool needsLabel)
    {
        CsvFile file = CsvFile.Open(arguments.DataPath, arguments.Separator, arguments.HasHeader);
        int needed = ((VectorDataViewType)feature.Type).Size;
        (CsvColumn[] columns, long rows) = file.Scan();
        if (rows == 0)
        {
            throw ToolException.Usage($"'{arguments.DataPath}' has no rows.");
        }
        string name = arguments.Label ?? label;
        CsvColumn? labels = columns.FirstOrDefault(column => column.Name == name)
            ?? (arguments.Label is null && columns.Length == needed + 1 ? columns[^1] : null);
        if (labels is null && (needsLabel || arguments.Label is not null))
        {
            throw ToolException.Usage($"'{file.FilePath}' has no label column '{name}'; " +
                $"{Nearest.Hint(name, [.. file.Names])}. Name it with --label.");
        }
        CsvColumn[] numbers = [.. columns.Where(column => column != labels
            && !arguments.Ignored.Contains(column.Name))];
        if (numbers.Length != needed)
        {
            throw ToolException.Usage(string.Create(CultureInfo.InvariantCulture,
                $"The model takes a vector of {needed} numbers, and '{file.FilePath}' has {numbers.Length} columns ") +
                "besides the label; leave columns out with --ignore.");
        }
        CsvColumn? odd = numbers.FirstOrDefault(column => column.FirstText is not null);
        return odd is null
            ? new(file, rows, numbers, labels, feature.Name, label)
            : throw ToolException.Usage(string.Create(CultureInfo.InvariantCulture,
                $"Column '{odd.Name}' must have numbers, but row {odd.FirstText!.Value.Row} of '{file.FilePath}' ") +
                $"has '{odd.FirstText.Value.Text}'.");
    }

    public override IDataView Load(MLContext ml)
    {
        var features = new TextLoader.Column(FeatureColumn, DataKind.Single,
            [.. _numbers.Select(column => new TextLoader.Range(column.Index))]);
        return ml.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = _label is null ? [features]
                : [features, new TextLoader.Column(_labelName, DataKind.String, _label.Index)],
            Separators = [_file.Separator],
            DecimalMarker = _file.DecimalMarker,
            HasHeader = _file.HasHeader,
            AllowQuoting = true,
            ReadMultilines = true,
            TrimWhitespace = true,
            MissingRealsAsNaNs = true,
        }).Load(_file.FilePath);
    }

    public override IEnumerable<string> Labels() => _file.Column(_label!.Index);
}
