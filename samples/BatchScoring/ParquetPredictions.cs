using Parquet;
using Parquet.Schema;

namespace BatchScoring;

/// <summary>
/// Predictions as Parquet while they are written: the row's number in the input, counted from 0, its label, and the
/// probability of each class. A row group for each block is written to OUTPUT.partial, which gets its name at the end;
/// Parquet has its table of contents there, so a program that was killed starts again.
/// </summary>
internal sealed class ParquetPredictions : IPredictions
{
    private const string RowColumn = "Row", LabelColumn = "PredictedLabel";

    private readonly string _path;
    private readonly IReadOnlyList<string> _classes;
    private readonly long _firstRow;
    private readonly DataField[] _fields;
    private readonly FileStream _file;
    private readonly ParquetWriter _writer;
    private bool _isEnded;

    /// <summary>Begins.</summary>
    /// <param name="path">The final path.</param>
    /// <param name="classes">The labels, in the order of the probabilities.</param>
    /// <param name="firstRow">The number of the first row.</param>
    /// <exception cref="UsageException">A class has the name of another column.</exception>
    public ParquetPredictions(string path, IReadOnlyList<string> classes, long firstRow)
    {
        (_path, _classes, _firstRow) = (path, classes, firstRow);
        if (classes.FirstOrDefault(name => name is RowColumn or LabelColumn) is string name)
        {
            throw new UsageException($"One of the model's classes is '{name}', as is another column of '{path}': " +
                "give the name of a CSV file as --output.");
        }
        _fields =
        [
            new DataField<long>(RowColumn), new DataField<string>(LabelColumn),
            .. classes.Select(label => new DataField<float?>(label)),
        ];
        _file = new FileStream(PartialPath, FileMode.Create, FileAccess.Write, FileShare.None);
        _writer = ParquetWriter.CreateAsync(new ParquetSchema(_fields), _file).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public long RowCount { get; private set; }

    private string PartialPath => _path + ".partial";

    /// <inheritdoc/>
    public void Append(float[]?[] block)
    {
        using ParquetRowGroupWriter group = _writer.CreateRowGroup();
        long[] rows = [.. block.Select((_, i) => _firstRow + RowCount + i)];
        group.WriteAsync<long>(_fields[0], rows).GetAwaiter().GetResult();
        string?[] labels = [.. block.Select(scores => scores is null ? null : _classes[scores.IndexOf(scores.Max())])];
        group.WriteAsync(_fields[1], labels!).GetAwaiter().GetResult();
        for (int i = 0; i < _classes.Count; i++)
        {
            float?[] scores = [.. block.Select(row => row?[i])];
            group.WriteAsync<float>(_fields[i + 2], scores).GetAwaiter().GetResult();
        }
        RowCount += block.Length;
    }

    /// <inheritdoc/>
    public void Complete(Action<string> beforeRenaming)
    {
        EndWriting();
        beforeRenaming(PartialPath);
        File.Move(PartialPath, _path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Discard()
    {
        Dispose();
        File.Delete(PartialPath);
    }

    public void Dispose()
    {
        if (!_isEnded)
        {
            _isEnded = true;
            _file.Dispose(); // without the table of contents, so that nothing takes it for complete
        }
    }

    private void EndWriting()
    {
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        _isEnded = true;
    }
}
