namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>
/// A folder with the checkpoint of a training. A checkpoint is written under a temporary name, flushed to the disk and
/// then renamed, so that the folder holds a complete one at every moment; a partial one of a killed training is
/// removed. While the folder is open, no other training can open it.
/// </summary>
internal sealed class CheckpointFolder : IFoldedPlace
{
    /// <summary>The name of the checkpoint's file.</summary>
    public const string FileName = "training.checkpoint";

    /// <summary>The name of the checkpoint's file until it is complete.</summary>
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
        _lock = new FileStream(
            Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            // Creates or overwrites the file and removes it: a read-only folder is refused before training.
            new FileStream(
                _temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder and creates it where it does not exist.</summary>
    /// <exception cref="InvalidOperationException">It cannot be written, or another training has it open.</exception>
    public static CheckpointFolder Open(string folder)
    {
        try
        {
            return new(folder);
        }
        catch (Exception exception) when (IsOfTheDisk(exception)
            || exception is ArgumentException or NotSupportedException)
        {
            throw new InvalidOperationException(
                $"The checkpoint folder '{folder}' cannot be used: {exception.Message} " +
                "Name a folder that can be written and that no other training has open.", exception);
        }
    }

    /// <summary>Opens the folder, inside this one, of a training on other rows, and reads its checkpoint.</summary>
    /// <param name="training">The identity of the training.</param>
    /// <param name="found">The checkpoint; null if there is none.</param>
    /// <exception cref="InvalidOperationException">It cannot be written, or another training has it open.</exception>
    public CheckpointFolder OpenFold(TrainingIdentity training, out Checkpoint? found)
    {
        // Two folds may have the same labels in the same order.
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? training.FoldName() : $"{training.FoldName()}-{number}";
            CheckpointFolder folder = Open(Path.Combine(_folder, name));
            try
            {
                found = folder.Read();
            }
            catch
            {
                folder.Dispose();
                throw;
            }
            if (found is null || found.State.Identity.RowsDifference(training) is null)
            {
                return folder;
            }
            folder.Dispose();
        }
    }

    /// <summary>Returns whether an exception says that a file could not be read or written.</summary>
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

    /// <summary>Returns the full name of the checkpoint's file.</summary>
    public override string ToString() => _file;

    IFoldedPlace IFoldedPlace.OpenFold(TrainingIdentity training, out Checkpoint? found) =>
        OpenFold(training, out found);

    public void Dispose() => _lock.Dispose();
}
