namespace ImageClassification;

/// <summary>The figures of all epochs, including those before an interruption: a file beside the checkpoint.</summary>
internal sealed class History
{
    private readonly string _file;
    private readonly List<EpochFigures> _epochs = [];

    /// <summary>Reads the file, if there is one.</summary>
    /// <param name="folder">The checkpoint's.</param>
    /// <exception cref="UsageException">The file is not a history.</exception>
    public History(string folder)
    {
        _file = Path.Combine(folder, "history.csv");
        try
        {
            if (File.Exists(_file))
            {
                _epochs.AddRange(File.ReadLines(_file).Skip(1).Select(EpochFigures.Parse));
            }
        }
        catch (FormatException exception)
        {
            throw new UsageException(
                $"'{_file}' cannot be read: {exception.Message} Delete it to draw the curve from now on.");
        }
    }

    /// <summary>Gets the epochs in their order.</summary>
    public IReadOnlyList<EpochFigures> Epochs => _epochs;

    /// <summary>
    /// Adds an epoch and drops later ones, which belong to a training that was killed before its checkpoint.
    /// </summary>
    public void Add(EpochFigures epoch)
    {
        _epochs.RemoveAll(other => other.Epoch >= epoch.Epoch);
        _epochs.Add(epoch);
        string temporary = _file + ".tmp";
        File.WriteAllLines(temporary, [EpochFigures.Header, .. _epochs.Select(one => one.ToString())]);
        File.Move(temporary, _file, overwrite: true);
    }
}
