using System.Text.Json;

namespace BatchScoring;

/// <summary>
/// The predictions while they are written. They grow block by block in OUTPUT.partial; after each block OUTPUT.progress
/// says how far they are complete, so that a program that was killed cuts off what came after and resumes there. In the
/// end the file gets its name.
/// </summary>
internal sealed class PredictionFile : IDisposable
{
    private readonly string _path;
    private readonly JobIdentity _job;
    private readonly FileStream _file;

    /// <summary>Begins, or resumes.</summary>
    /// <param name="path">The name in the end.</param>
    /// <param name="job">What the predictions depend on.</param>
    /// <param name="header">The first line, with its end.</param>
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

    /// <summary>Rows whose predictions are on the disk.</summary>
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
        File.Delete(TemporaryPath); // of a program that was killed between two of its lines
    }

    /// <summary>Gives up what was written, so that the next run begins anew.</summary>
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

    /// <summary>Under another name first: the file is always one whole state or the next.</summary>
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
