using System.Globalization;
using Microsoft.ML.Spiking.Sweeps.Storage;
using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Checkpoints that other workers can find: in the database, or in a folder that all workers share.</summary>
/// <param name="store">The database.</param>
/// <param name="folder">Null for the database itself.</param>
/// <param name="warn">Receives what cannot be read or deleted.</param>
internal sealed class SharedCheckpoints(ITrialStore store, string? folder, Action<string> warn)
{
    private const int LargestInDatabase = 500_000_000;
    private const string Extension = ".checkpoint";
    private const string Unfinished = ".tmp";

    /// <summary>Returns the checkpoint of a fold; null if there is none, or none that can be read.</summary>
    public Checkpoint? Read(long trial, int fold)
    {
        try
        {
            if (store.ReadCheckpoint(trial, fold) is not { } stored)
            {
                return null;
            }
            using Stream stream = stored switch
            {
                { Data: { } data } => new MemoryStream(data),
                { File: { } file } when folder is not null => File.OpenRead(PathOf(file)),
                { File: { } file } =>
                    throw new FormatException($"it is the file '{file}' of a folder, and this worker has none; " +
                    $"set {nameof(SweepSettings.CheckpointFolder)} as the other workers do."),
                _ => throw new FormatException("its row has neither data nor a file."),
            };
            return CheckpointFile.Read(stream);
        }
        catch (Exception exception) when (exception is FormatException || CheckpointFolder.IsOfTheDisk(exception))
        {
            warn($"A checkpoint of the sweep cannot be read, and its trial begins again: {exception.Message}");
            return null;
        }
    }

    /// <summary>Replaces the checkpoint of a fold.</summary>
    /// <returns>False if the claim is lost.</returns>
    /// <exception cref="IOException">It cannot be written, or is too large for a database.</exception>
    public bool Write(Claim claim, int fold, Checkpoint checkpoint)
    {
        int epoch = checkpoint.State.History.Count;
        string? file = folder is null ? null : string.Create(CultureInfo.InvariantCulture,
            $"trial-{claim.Trial}-{fold}-{epoch}-{claim.Token}{Extension}");
        byte[]? data = file is null ? Bytes(checkpoint) : null;
        if (file is not null)
        {
            WriteFile(PathOf(file), checkpoint);
        }
        bool isHeld = store.WriteCheckpoint(claim, fold, new(epoch, data, file), out string? replaced);
        string? useless = isHeld ? replaced : file;
        if (useless is not null && useless != (isHeld ? file : null))
        {
            DeleteFile(useless);
        }
        return isHeld;
    }

    /// <summary>Deletes the checkpoints of trials that no worker has claimed.</summary>
    public void Delete(IReadOnlyCollection<long> trials)
    {
        foreach (string file in store.DeleteCheckpoints(trials))
        {
            DeleteFile(file);
        }
    }

    /// <summary>
    /// Deletes the files that workers left behind when they were killed in the middle of writing. Files of claims that
    /// stand, or that this database does not know, stay: the folder may serve several sweeps.
    /// </summary>
    public void DeleteAbandoned()
    {
        if (folder is null)
        {
            return;
        }
        foreach (string path in Directory.GetFiles(folder, $"trial-*{Extension}*"))
        {
            string file = Path.GetFileName(path);
            string finished = file.EndsWith(Unfinished, StringComparison.Ordinal) ? file[..^Unfinished.Length] : file;
            string token = Path.GetFileNameWithoutExtension(finished)[(finished.LastIndexOf('-') + 1)..];
            if (store.IsAbandoned(token, file))
            {
                DeleteFile(file);
            }
        }
    }

    private static byte[] Bytes(Checkpoint checkpoint)
    {
        using var stream = new MemoryStream();
        CheckpointFile.Write(stream, checkpoint);
        return stream.Length <= LargestInDatabase ? stream.ToArray() : throw new IOException(
            $"it has {stream.Length / 1_000_000} MB, more than a database should hold; set " +
            $"{nameof(SweepSettings.CheckpointFolder)}.");
    }

    private static void WriteFile(string path, Checkpoint checkpoint)
    {
        string temporary = path + Unfinished;
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            CheckpointFile.Write(stream, checkpoint);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private void DeleteFile(string file)
    {
        try
        {
            File.Delete(PathOf(file));
        }
        catch (Exception exception) when (CheckpointFolder.IsOfTheDisk(exception))
        {
            warn($"The checkpoint '{file}', which is no longer needed, could not be deleted: {exception.Message}");
        }
    }

    private string PathOf(string file) => Path.Combine(folder ?? "", Path.GetFileName(file));
}
