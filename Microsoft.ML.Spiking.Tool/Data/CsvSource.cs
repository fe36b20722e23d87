using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tool.Code;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>
/// A CSV file. Numbers become one vector in which a missing value is the training rows' mean, with an indicator for
/// each column that has missing values; texts become one-hot vectors, all zero for what the training rows do not have.
/// </summary>
internal sealed class CsvSource : DataSource
{
    private static readonly string StandardLabel = new SpikingClifTrainer.Options().LabelColumnName;

    private readonly CsvFile _file;
    private readonly CsvColumn? _label;
    private readonly CsvColumn[] _numbers, _categories;
    private readonly string _numbersName, _missingName;
    private readonly List<string> _warnings = [];

    private CsvSource(CsvFile file, long rows, CsvColumn? label, CsvColumn[] numbers, CsvColumn[] categories)
    {
        (_file, Rows, _label, _numbers, _categories) = (file, rows, label, numbers, categories);
        _numbersName = Free("Numbers");
        _missingName = Free("Missing");
        FeatureColumn = Free("Features");
    }

    public override string Kind => "CSV";

    public override string LabelColumn => _label?.Name ?? "Label";

    public override string FeatureColumn { get; }

    public override bool HasLabels => _label is not null;

    public override long Rows { get; }

    public override long WithoutLabel => _label?.Empty ?? 0;

    public override IReadOnlyList<string> Warnings => _warnings;

    private CsvColumn[] WithMissing => [.. _numbers.Where(column => column.Missing > 0)];

    private IEnumerable<CsvColumn> Columns => _numbers.Concat(_categories).Concat(_label is null ? [] : [_label])
        .OrderBy(column => column.Index);

    /// <summary>Opens a file to train on.</summary>
    /// <exception cref="ToolException">There is no label column, no other column, or no row.</exception>
    public static CsvSource ForTraining(DataArguments arguments)
    {
        CsvFile file = CsvFile.Open(arguments.DataPath, arguments.Separator, arguments.HasHeader);
        string label = arguments.Label ?? StandardLabel;
        CheckNames(file, arguments, [label, .. arguments.Ignored, .. arguments.Categories]);
        (CsvColumn[] columns, long rows) = file.Scan();
        if (rows == 0)
        {
            throw ToolException.Usage($"'{arguments.DataPath}' has no rows.");
        }
        CsvColumn[] inputs =
            [.. columns.Where(column => column.Name != label && !arguments.Ignored.Contains(column.Name))];
        CsvColumn[] empty = [.. inputs.Where(column => column.Empty == rows)];
        CsvColumn[] numbers = [.. inputs.Except(empty)
            .Where(column => column.IsNumeric && !arguments.Categories.Contains(column.Name))];
        CsvColumn[] categories = [.. inputs.Except(empty).Except(numbers)];
        if (numbers.Length + categories.Length == 0)
        {
            throw ToolException.Usage($"'{arguments.DataPath}' has no column to learn from besides '{label}'.");
        }
        var source = new CsvSource(file, rows, columns.Single(column => column.Name == label), numbers, categories);
        source._warnings.AddRange(empty.Select(column => $"Column '{column.Name}' is empty and is left out."));
        source._warnings.AddRange(categories
            .Where(column => column.Different >= CsvColumn.MostCounted
                || (column.Different > 50 && column.Different > rows / 2))
            .Select(column => string.Create(CultureInfo.InvariantCulture,
                $"Column '{column.Name}' has {Many(column.Different)} different texts in {rows:N0} rows") +
                (column.FirstText is { } text ? $", such as '{text.Text}'" : "") +
                $"; if it is not a category, leave it out with --ignore \"{column.Name}\"."));
        if (source._label is { IsNumeric: true, Different: > LabelKeys.FewClasses }
            && LabelKeys.WarningOfNumbers(label, source.Labels(), file.DecimalMarker) is string warning)
        {
            source._warnings.Add(warning);
        }
        if (source.WithoutLabel > 0)
        {
            source._warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"{source.WithoutLabel:N0} rows have no label and are left out."));
        }
        return source;
    }

    /// <summary>Opens a file for a model whose columns are known.</summary>
    /// <param name="arguments">What the command line says.</param>
    /// <param name="schema">The columns that the model was saved with.</param>
    /// <param name="label">The label's column.</param>
    /// <param name="needsLabel">Whether rows without a label are of no use.</param>
    /// <exception cref="ToolException">A column is missing, or holds text where the model has numbers.</exception>
    public static CsvSource ForModel(DataArguments arguments, DataViewSchema schema, string label, bool needsLabel)
    {
        CsvFile file = CsvFile.Open(arguments.DataPath, arguments.Separator, arguments.HasHeader);
        DataViewSchema.Column[] inputs = [.. schema.Where(column => column.Name != label && !column.IsHidden)];
        CheckNames(file, arguments, [.. inputs.Select(column => column.Name)], "the model needs it");
        string labelName = arguments.Label ?? label;
        bool hasLabel = file.Names.Contains(labelName);
        if (needsLabel || arguments.Label is not null)
        {
            CheckNames(file, arguments, [labelName]);
        }
        (CsvColumn[] columns, long rows) = file.Scan();
        if (rows == 0)
        {
            throw ToolException.Usage($"'{arguments.DataPath}' has no rows.");
        }
        CsvColumn Find(string name) => columns.Single(column => column.Name == name);
        CsvColumn[] numbers = [.. inputs.Where(column => column.Type is NumberDataViewType)
            .Select(column => Find(column.Name))];
        if (numbers.FirstOrDefault(column => column.FirstText is not null) is { } odd)
        {
            throw ToolException.Usage(string.Create(CultureInfo.InvariantCulture,
                $"Column '{odd.Name}' has numbers in the model, but row {odd.FirstText!.Value.Row} of ") +
                $"'{arguments.DataPath}' has '{odd.FirstText.Value.Text}'.");
        }
        CsvColumn[] categories = [.. inputs.Where(column => column.Type is TextDataViewType)
            .Select(column => Find(column.Name))];
        return new CsvSource(file, rows, hasLabel ? Find(labelName) : null, numbers, categories);
    }

    public override IDataView Load(MLContext ml) => ml.Data.CreateTextLoader(new TextLoader.Options
    {
        Columns = [.. Columns.Select(column => new TextLoader.Column(column.Name,
            _numbers.Contains(column) ? DataKind.Single : DataKind.String, column.Index))],
        Separators = [_file.Separator],
        DecimalMarker = _file.DecimalMarker,
        HasHeader = _file.HasHeader,
        AllowQuoting = true,
        ReadMultilines = true,
        TrimWhitespace = true,
        MissingRealsAsNaNs = true,
    }).Load(_file.FilePath);

    public override string LoadCode => $$"""
        IDataView rows = ml.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns =
            [
        {{string.Join('\n', Columns.Select(column => string.Create(CultureInfo.InvariantCulture,
            $"        new({Literal.Of(column.Name)}, DataKind.{(_numbers.Contains(column) ? "Single" : "String")}, ") +
            string.Create(CultureInfo.InvariantCulture, $"{column.Index}),")))}}
            ],
            Separators = [{{Literal.Of(_file.Separator)}}],
            DecimalMarker = {{Literal.Of(_file.DecimalMarker)}},
            HasHeader = {{(_file.HasHeader ? "true" : "false")}},
            AllowQuoting = true,
            ReadMultilines = true,
            TrimWhitespace = true,
            MissingRealsAsNaNs = true,
        }).Load({{Literal.Of(_file.FilePath)}});
        """;

    public override IEstimator<ITransformer> Featurizers(MLContext ml)
    {
        var all = new EstimatorChain<ITransformer>();
        var parts = new List<string>();
        if (WithMissing.Length > 0)
        {
            parts.Add(_missingName);
            all = all.Append<ITransformer>(ml.Transforms.Concatenate(_missingName, Names(WithMissing)))
                .Append<ITransformer>(ml.Transforms.IndicateMissingValues(_missingName))
                .Append<ITransformer>(ml.Transforms.Conversion.ConvertType(_missingName, outputKind: DataKind.Single));
        }
        if (_numbers.Length > 0)
        {
            parts.Insert(0, _numbersName);
            all = all.Append<ITransformer>(ml.Transforms.Concatenate(_numbersName, Names(_numbers)))
                .Append<ITransformer>(ml.Transforms.ReplaceMissingValues(_numbersName,
                    replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean));
        }
        foreach (string name in Names(_categories))
        {
            parts.Add(name);
            all = all.Append<ITransformer>(ml.Transforms.Categorical.OneHotEncoding(name,
                keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue));
        }
        return all.Append<ITransformer>(ml.Transforms.Concatenate(FeatureColumn, [.. parts]));
    }

    public override string FeaturizersCode
    {
        get
        {
            var lines = new List<string>();
            var parts = new List<string>();
            if (WithMissing.Length > 0)
            {
                parts.Add(_missingName);
                lines.Add($"Concatenate({Literal.Of(_missingName)}, {Literal.Of(Names(WithMissing))})");
                lines.Add($"IndicateMissingValues({Literal.Of(_missingName)})");
                lines.Add($"Conversion.ConvertType({Literal.Of(_missingName)}, outputKind: DataKind.Single)");
            }
            if (_numbers.Length > 0)
            {
                parts.Insert(0, _numbersName);
                lines.Add($"Concatenate({Literal.Of(_numbersName)}, {Literal.Of(Names(_numbers))})");
                lines.Add($"ReplaceMissingValues({Literal.Of(_numbersName)},\n        " +
                    "replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean)");
            }
            foreach (string name in Names(_categories))
            {
                parts.Add(name);
                lines.Add($"Categorical.OneHotEncoding({Literal.Of(name)},\n        " +
                    "keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)");
            }
            lines.Add($"Concatenate({Literal.Of(FeatureColumn)}, {Literal.Of(parts)})");
            return "new EstimatorChain<ITransformer>()\n" + string.Join('\n',
                lines.Select(line => $"    .Append<ITransformer>(ml.Transforms.{line})"));
        }
    }

    public override IEnumerable<string> Labels() => _file.Column(_label!.Index);

    private static string[] Names(CsvColumn[] columns) => [.. columns.Select(column => column.Name)];

    private static string Many(int count) => count >= CsvColumn.MostCounted ? "over 1,000"
        : count.ToString("N0", CultureInfo.InvariantCulture);

    private string Free(string name)
    {
        while (_file.Names.Contains(name))
        {
            name += "_";
        }
        return name;
    }

    private static void CheckNames(
        CsvFile file, DataArguments arguments, IReadOnlyList<string> names, string reason = "")
    {
        if (names.FirstOrDefault(name => !file.Names.Contains(name)) is not string missing)
        {
            return;
        }
        string subject = missing == arguments.Label || (arguments.Label is null && missing == StandardLabel
            && reason.Length == 0) ? "label column" : "column";
        throw ToolException.Usage($"'{file.FilePath}' has no {subject} '{missing}'" +
            (reason.Length > 0 ? $", and {reason}" : "") + $"; {Nearest.Hint(missing, [.. file.Names])}." +
            (subject == "label column" ? " Name it with --label." : "") +
            (file.HasHeader ? "" : " The file has no header, so columns are Column1, Column2 and so on."));
    }
}
