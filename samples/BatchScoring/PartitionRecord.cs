using System.Security.Cryptography;

namespace BatchScoring;

/// <summary>
/// The record of a complete partition, in a hidden file beside its predictions: a scheduler may start any partition
/// again, and only those that are not complete, of this model, input and options, are scored.
/// </summary>
internal sealed class PartitionRecord(string output, JobIdentity job)
{
    private readonly string _path = Path.Combine(
        Path.GetDirectoryName(output) ?? "", $".{Path.GetFileName(output)}.complete");

    /// <summary>Returns the number of rows of a partition that is complete; null if it is to be scored.</summary>
    /// <param name="overwrite">Whether predictions of another job may be replaced.</param>
    /// <exception cref="UsageException">There are predictions of something else.</exception>
    public long? RowsIfComplete(bool overwrite)
    {
        if (!File.Exists(output))
        {
            return null;
        }
        CompletePartition? complete = File.Exists(_path) ? JsonFile.Read<CompletePartition>(_path) : null;
        string? fault =
            complete?.Job is null ? $"'{output}' exists already, and '{_path}' does not say what it holds"
            : complete.Job.Model != job.Model ? $"'{output}' holds predictions of another model"
            : complete.Job != job ? $"'{output}' holds predictions of another input, or with other options"
            : complete.Sha256 != Hash(output) ? $"'{output}' has changed since it was complete"
            : null;
        return fault is null ? complete!.Rows
            : overwrite ? null
            : throw new UsageException($"{fault}: give --overwrite to score again, or another --output.");
    }

    /// <summary>Records that predictions are complete, before their file gets its name.</summary>
    public void Write(string path, long rows) => JsonFile.Write(_path, new CompletePartition(job, rows, Hash(path)));

    private static string Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
