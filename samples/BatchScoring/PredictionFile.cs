using System.Text.Json;

namespace BatchScoring;

/// <summary>
/// The predictions while they are written. They grow block by block in OUTPUT.partial; after each block OUTPUT.progress
/// records how far they are complete, so that a program that was killed truncates the rest and resumes there. At the
/// end the file gets its name.
/// </summary>
internal sealed class PredictionFile : IDisposable
{
    private readonly string _path;
    private readonly JobIdentity _job;
    private readonly FileStream _file;

    /// <summary>Begins or resumes.</summary>
    /// <param name="path">The final path.</param>
    /// <param name="job">The identity of the job.</param>
    /// <param name="header">The first line, with its line end.</param>
    /// <param name="totalRows">Rows of the whole job.</param>
    /// <param name="overwrite">Whether predictions of another job may be replaced.</param>
    /// <exception cref="UsageException">There are predictions of another job, or a damaged progress file.</exception>
    public PredictionFile(string path, JobIdentity job, byte[] header, long totalRows, bool overwrite)
    {
        (_path, _job) = (path, job);
        if (File.Exists(path) && !overwrite)
        {
            throw new UsageException($"'{path}' exists already: give --overwrite to score again, or another --output.");
        }
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

    /// <summary>Gets the number of rows whose predictions are on the disk.</summary>
    public long RowCount { get; private set; }

    private string PartialPath => _path + ".partial";

    private string ProgressPath => _path + ".progress";

    private string TemporaryPath => ProgressPath + ".tmp";

    /// <summary>Adds the predictions of the next rows; when it returns, they are on the disk.</summary>
    public void Append(ReadOnlySpan<byte> lines, int rows)
    {
        _file.Write(lines);
        _file.Flush(flushToDisk: true);
        RowCount += rows;
        SaveProgress();
    }

    /// <summary>Gives the file its name.</summary>
    public void Complete()
    {
        _file.Dispose();
        File.Move(PartialPath, _path, overwrite: true);
        File.Delete(ProgressPath);
        File.Delete(TemporaryPath); // left by a program that was killed between two statements
    }

    /// <summary>Discards the output, so that the next run starts again.</summary>
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
        JobProgress? progress = ReadProgress();
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

    private JobProgress? ReadProgress()
    {
        try
        {
            return JsonSerializer.Deserialize<JobProgress>(File.ReadAllBytes(ProgressPath));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes under another name first, so that the file always has one complete state or the next.</summary>
    private void SaveProgress()
    {
        using (var stream = new FileStream(TemporaryPath, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, new JobProgress(_job, RowCount, _file.Position));
            stream.Flush(flushToDisk: true);
        }
        File.Move(TemporaryPath, ProgressPath, overwrite: true);
    }
}
