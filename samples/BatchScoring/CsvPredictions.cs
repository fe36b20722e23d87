namespace BatchScoring;

/// <summary>
/// Predictions as CSV while they are written. They grow block by block in OUTPUT.partial; after each block
/// OUTPUT.progress records how far they are complete, so that a program that was killed truncates the rest and resumes
/// there. At the end the file gets its name.
/// </summary>
internal sealed class CsvPredictions : IPredictions
{
    private readonly string _path;
    private readonly JobIdentity _job;
    private readonly PredictionText _text;
    private readonly FileStream _file;

    /// <summary>Begins or resumes.</summary>
    /// <param name="path">The final path.</param>
    /// <param name="job">The identity of the job.</param>
    /// <param name="classes">The labels, in the order of the probabilities.</param>
    /// <param name="totalRows">Rows of the whole job.</param>
    /// <param name="overwrite">Whether predictions of another job may be replaced.</param>
    /// <exception cref="UsageException">There are predictions of another job, or a damaged progress file.</exception>
    public CsvPredictions(
        string path, JobIdentity job, IReadOnlyList<string> classes, long totalRows, bool overwrite)
    {
        (_path, _job, _text) = (path, job, new PredictionText(classes, job.Separator));
        byte[] header = _text.Header();
        _file = new FileStream(PartialPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        try
        {
            RowCount = Resume(header.Length, totalRows, overwrite) ?? Begin(header);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public long RowCount { get; private set; }

    private string PartialPath => _path + ".partial";

    private string ProgressPath => _path + ".progress";

    /// <summary>Adds the probabilities of the next rows; when it returns, they are on the disk.</summary>
    public void Append(float[]?[] block)
    {
        foreach (float[]? scores in block)
        {
            _text.Add(scores);
        }
        Append(_text.Take(), block.Length);
    }

    /// <inheritdoc/>
    public void Complete(Action<string> beforeRenaming)
    {
        _file.Dispose();
        beforeRenaming(PartialPath);
        File.Move(PartialPath, _path, overwrite: true);
        File.Delete(ProgressPath);
        File.Delete(JsonFile.TemporaryOf(ProgressPath)); // left by a program that was killed between two statements
    }

    /// <inheritdoc/>
    public void Discard()
    {
        _file.Dispose();
        File.Delete(ProgressPath);
        File.Delete(PartialPath);
    }

    public void Dispose() => _file.Dispose();

    private long? Resume(int headerBytes, long totalRows, bool overwrite)
    {
        if (!File.Exists(ProgressPath))
        {
            return null;
        }
        JobProgress? progress = JsonFile.Read<JobProgress>(ProgressPath);
        string? fault =
            progress?.Job is null || progress.Rows < 0 || progress.Bytes < headerBytes ? $"'{ProgressPath}' is damaged"
            : progress.Job != _job ? $"'{PartialPath}' was begun with another model, input or options"
            : progress.Rows > totalRows || progress.Bytes > _file.Length ? $"'{ProgressPath}' is damaged"
            : null;
        if (fault is not null)
        {
            return overwrite ? null : throw new UsageException($"{fault}: give --overwrite to start again.");
        }
        _file.SetLength(progress!.Bytes);
        _file.Position = progress.Bytes;
        return progress.Rows;
    }

    private long Begin(byte[] header)
    {
        File.Delete(ProgressPath);
        _file.SetLength(0);
        Append(header, 0);
        return 0;
    }

    private void Append(ReadOnlySpan<byte> lines, int rows)
    {
        _file.Write(lines);
        _file.Flush(flushToDisk: true);
        RowCount += rows;
        JsonFile.Write(ProgressPath, new JobProgress(_job, RowCount, _file.Position));
    }
}
