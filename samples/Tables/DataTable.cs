using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Tables;

/// <summary>
/// A table of text, tab-separated, with a header: "label", then columns "n:NAME" of numbers and "c:NAME" of categories.
/// A missing value is empty.
/// </summary>
internal sealed class DataTable : IDisposable
{
    private const string Numbers = "n:", Categories = "c:";

    private readonly string _path;
    private readonly bool _isTemporary;
    private readonly string[] _columns;

    private DataTable(string name, string path, bool isTemporary)
    {
        Name = name;
        _path = path;
        _isTemporary = isTemporary;
        _columns = (File.ReadLines(path).FirstOrDefault() ?? "").Split('\t');
    }

    /// <summary>Gets the name of the file, without its ending.</summary>
    public string Name { get; }

    /// <summary>Opens every table of a folder, in the order of their names.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="only">The names of the wanted ones; empty for all.</param>
    /// <exception cref="IOException">There is no such folder or table.</exception>
    /// <exception cref="InvalidDataException">A header is not that of a table.</exception>
    public static IEnumerable<DataTable> Open(string folder, IReadOnlyList<string> only)
    {
        string[] files = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder).Where(file => file.EndsWith(".tsv", StringComparison.Ordinal)
                || file.EndsWith(".tsv.gz", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
            : [];
        if (files.Length == 0)
        {
            throw new FileNotFoundException(
                $"'{folder}' is not a folder of *.tsv or *.tsv.gz files; name one by --data.");
        }
        string[] names = [.. files.Select(file => Path.GetFileName(file).Split('.')[0])];
        if (only.Except(names).FirstOrDefault() is string unknown)
        {
            throw new FileNotFoundException($"'{folder}' has no table '{unknown}'; it has {string.Join(", ", names)}.");
        }
        return files.Zip(names).Where(file => only.Count == 0 || only.Contains(file.Second))
            .Select(file => Open(file.First, file.Second));
    }

    /// <summary>
    /// Returns the rows with their label as a key, "Label", and the columns of <see cref="Featurizers"/>.
    /// </summary>
    public IDataView Load(MLContext ml)
    {
        IDataView rows = ml.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = [.. _columns.Select((column, index) => new TextLoader.Column(
                column, column.StartsWith(Numbers, StringComparison.Ordinal) ? DataKind.Single : DataKind.String,
                index))],
            Separators = ['\t'],
            HasHeader = true,
            MissingRealsAsNaNs = true,
        }).Load(_path);
        // From all rows: a class that only the test rows have counts as a mistake of every trainer.
        return ml.Data.Cache(ml.Transforms.Conversion.MapValueToKey("Label", _columns[0],
            keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(rows).Transform(rows));
    }

    /// <summary>Returns the transforms that make "Features": the same for every trainer.</summary>
    public IEstimator<ITransformer> Featurizers(MLContext ml)
    {
        string[] numbers = [.. _columns.Where(column => column.StartsWith(Numbers, StringComparison.Ordinal))];
        string[] categories = [.. _columns.Where(column => column.StartsWith(Categories, StringComparison.Ordinal))];
        var all = new EstimatorChain<ITransformer>();
        if (numbers.Length > 0)
        {
            all = all.Append<ITransformer>(ml.Transforms.Concatenate(Numbers, numbers)
                .Append(ml.Transforms.ReplaceMissingValues(
                    Numbers, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean))
                .Append(ml.Transforms.NormalizeMeanVariance(Numbers, fixZero: false)));
        }
        if (categories.Length > 0)
        {
            all = all.Append<ITransformer>(ml.Transforms.Categorical.OneHotEncoding(
                [.. categories.Select(name => new InputOutputColumnPair(name))]));
        }
        return all.Append<ITransformer>(ml.Transforms.Concatenate(
            "Features", numbers.Length > 0 ? [Numbers, .. categories] : categories));
    }

    public void Dispose()
    {
        if (_isTemporary)
        {
            File.Delete(_path);
        }
    }

    private static DataTable Open(string file, string name)
    {
        bool isPacked = file.EndsWith(".gz", StringComparison.Ordinal);
        var table = new DataTable(name, isPacked ? Unpack(file) : file, isPacked);
        string? odd = table._columns.Skip(1).FirstOrDefault(column =>
            !column.StartsWith(Numbers, StringComparison.Ordinal)
            && !column.StartsWith(Categories, StringComparison.Ordinal));
        if (table._columns[0] != "label" || table._columns.Length < 2 || odd is not null)
        {
            table.Dispose();
            throw new InvalidDataException(
                $"'{file}' must begin with a line of names, 'label' first, then 'n:NAME' or 'c:NAME' for each column" +
                (odd is null ? "." : $"; it has '{odd}'."));
        }
        return table;
    }

    private static string Unpack(string file)
    {
        string path = Path.GetTempFileName();
        using var source = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using FileStream target = File.Create(path);
        source.CopyTo(target);
        return path;
    }
}
