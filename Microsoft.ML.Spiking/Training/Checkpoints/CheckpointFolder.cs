namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>
/// A folder with the checkpoint of one training. A checkpoint is written under a temporary name, forced to the disk and
/// then renamed, so that the folder holds a whole one at every moment; a half-written one of a killed training is
/// removed. While the folder is open no other training can open it.
/// </summary>
internal sealed class CheckpointFolder : ICheckpointPlace, IDisposable
{
    /// <summary>The checkpoint's file.</summary>
    public const string FileName = "training.checkpoint";

    /// <summary>The checkpoint's file until it is whole.</summary>
    public const string TemporaryName = FileName + ".tmp";

    private const string LockName = "training.lock";

    private readonly string _folder;
    private readonly string _file;
    private readonly string _temporary;
    private readonly FileStream _lock; // the system frees it, however the process ends

    private CheckpointFolder(string folder)
    {
        _folder = folder;
        _file = Path.Combine(folder, FileName);
        _temporary = Path.Combine(folder, TemporaryName);
        Directory.CreateDirectory(folder);
        if (Directory.Exists(_file))
        {
            throw new IOException($"There is a folder in the place of the checkpoint, '{_file}'.");
        }
        _lock = new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            // Creates, empties or overwrites it, and removes it: what cannot be written is better known now.
            new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder and creates it if need be.</summary>
    /// <exception cref="InvalidOperationException">It cannot be written, or another training has it open.</exception>
    public static CheckpointFolder Open(string folder)
    {
        try
        {
            return new(folder);
        }
        catch (Exception exception) when (IsOfTheDisk(exception) || exception is ArgumentException or NotSupportedException)
        {
            throw new InvalidOperationException($"The checkpoint folder '{folder}' cannot be used: {exception.Message} " +
                "Name a folder that can be written and that no other training has open.", exception);
        }
    }

    /// <summary>Opens the folder, inside this one, of a training on other rows.</summary>
    /// <exception cref="InvalidOperationException">It cannot be written, or another training has it open.</exception>
    public CheckpointFolder OpenFold(TrainingIdentity training) => Open(Path.Combine(_folder, training.FoldName()));

    /// <summary>Whether a file could not be read or written.</summary>
    public static bool IsOfTheDisk(Exception exception) =>
        exception is IOException or UnauthorizedAccessException;

    /// <inheritdoc/>
    public Checkpoint? Read()
    {
        try
        {
            if (!File.Exists(_file))
            {
                return null;
            }
            using FileStream stream = File.OpenRead(_file);
            return CheckpointFile.Read(stream);
        }
        catch (Exception exception) when (exception is FormatException || IsOfTheDisk(exception))
        {
            throw new InvalidOperationException($"The training cannot be resumed from '{_file}': {exception.Message} " +
                "Delete the file to start again.", exception);
        }
    }

    /// <inheritdoc/>
    public void Write(Checkpoint checkpoint)
    {
        using (var stream = new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            CheckpointFile.Write(stream, checkpoint);
            stream.Flush(flushToDisk: true);
        }
        File.Move(_temporary, _file, overwrite: true);
    }

    /// <summary>The full name of the checkpoint's file.</summary>
    public override string ToString() => _file;

    public void Dispose() => _lock.Dispose();
}
