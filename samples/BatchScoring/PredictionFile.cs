using System.Text.Json;

namespace BatchScoring;

/// <summary>
/// The predictions while they are written. They grow block by block in OUTPUT.partial; after each block OUTPUT.progress
/// says how far they are complete, so that a program that was killed cuts off what came after and goes on from there.
/// In the end the file gets its name.
/// </summary>
internal sealed class PredictionFile : IDisposable
{
    private readonly string _path;
    private readonly JobIdentity _job;
    private readonly FileStream _file;

    /// <summary>Begins, or goes on.</summary>
    /// <param name="path">The name in the end.</param>
    /// <param name="job">What the predictions depend on.</param>
    /// <param name="header">The first line, with its end.</param>
    /// <param name="overwrite">Whether what is there and is not of this job is given up.</param>
    /// <exception cref="UsageException">Something is there that is not of this job.</exception>
    public PredictionFile(string path, JobIdentity job, byte[] header, bool overwrite)
    {
        (_path, _job) = (path, job);
        if (File.Exists(path) && !overwrite)
        {
            throw new UsageException($"'{path}' is there already: give --overwrite to score again, or another --output.");
        }
        _file = new FileStream(PartialPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        try
        {
            RowCount = GoOn(overwrite) ?? Begin(header);
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

    public void Dispose() => _file.Dispose();

    private long? GoOn(bool overwrite)
    {
        if (!File.Exists(ProgressPath))
        {
            return null;
        }
        JobProgress? progress = ReadProgress();
        if (progress is null || progress.Job != _job || progress.Bytes > _file.Length)
        {
            return overwrite
                ? null
                : throw new UsageException($"'{PartialPath}' was begun with another model, input or options: give --overwrite to start again.");
        }
        _file.SetLength(progress.Bytes);
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
