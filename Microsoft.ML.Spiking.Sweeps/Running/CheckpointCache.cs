using System.Globalization;
using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// The checkpoints of trials that this process has trained, so that trials go on from memory. The ones used longest ago
/// are spilled to files when they need more memory than they may.
/// </summary>
/// <param name="limit">The number of bytes that are kept in memory; the checkpoint written last always is.</param>
/// <param name="folder">A folder of this process alone, whose files are deleted with it.</param>
/// <param name="warn">
/// Receives what cannot be spilled or read again; such a trial begins again where it is taken up.
/// </param>
internal sealed class CheckpointCache(long limit, TemporaryFolder folder, Action<string> warn)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(long Trial, int Fold), Entry> _entries = [];
    private readonly LinkedList<Entry> _inMemory = []; // used last, first
    private long _bytes;

    /// <summary>Returns the checkpoint of a fold; null if there is none.</summary>
    public Checkpoint? Get(long trial, int fold)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((trial, fold), out Entry? entry))
            {
                return null;
            }
            if (entry.Node is { } node)
            {
                _inMemory.Remove(node);
                _inMemory.AddFirst(node);
                return entry.Checkpoint;
            }
            try
            {
                using FileStream stream = File.OpenRead(entry.File);
                return CheckpointFile.Read(stream);
            }
            catch (Exception exception) when (exception is FormatException || CheckpointFolder.IsOfTheDisk(exception))
            {
                warn("A checkpoint in the temporary folder cannot be read, and its trial begins again: " +
                    $"{exception.Message}");
                Remove((trial, fold));
                return null;
            }
        }
    }

    /// <summary>Replaces the checkpoint of a fold.</summary>
    public void Put(long trial, int fold, Checkpoint checkpoint)
    {
        lock (_gate)
        {
            Remove((trial, fold));
            var entry = new Entry(checkpoint, Path.Combine(folder.Path,
                string.Create(CultureInfo.InvariantCulture, $"trial-{trial}-{fold}.checkpoint")));
            _entries.Add((trial, fold), entry);
            entry.Node = _inMemory.AddFirst(entry);
            _bytes += entry.Bytes;
            while (_bytes > limit && _inMemory.Count > 1)
            {
                Spill(_inMemory.Last!.Value);
            }
        }
    }

    /// <summary>Forgets a trial.</summary>
    public void Drop(long trial)
    {
        lock (_gate)
        {
            foreach ((long Trial, int Fold) key in _entries.Keys.Where(key => key.Trial == trial).ToArray())
            {
                Remove(key);
            }
        }
    }

    private void Spill(Entry entry)
    {
        _inMemory.Remove(entry.Node!);
        _bytes -= entry.Bytes;
        try
        {
            using (FileStream stream = File.Create(entry.File))
            {
                CheckpointFile.Write(stream, entry.Checkpoint!);
            }
            (entry.Node, entry.Checkpoint) = (null, null);
        }
        catch (Exception exception) when (CheckpointFolder.IsOfTheDisk(exception))
        {
            (long Trial, int Fold) key = _entries.Single(of => of.Value == entry).Key;
            entry.Node = null;
            Remove(key);
            warn("A checkpoint could not be written to the temporary folder, and its trial begins again: " +
                $"{exception.Message}");
        }
    }

    private void Remove((long, int) key)
    {
        if (!_entries.Remove(key, out Entry? entry))
        {
            return;
        }
        if (entry.Node is { } node)
        {
            _inMemory.Remove(node);
            _bytes -= entry.Bytes;
            return;
        }
        try
        {
            File.Delete(entry.File);
        }
        catch (Exception exception) when (CheckpointFolder.IsOfTheDisk(exception))
        {
            // It is deleted with its folder.
        }
    }

    /// <summary>A checkpoint, in memory or in a file.</summary>
    private sealed class Entry(Checkpoint checkpoint, string file)
    {
        public Checkpoint? Checkpoint { get; set; } = checkpoint;

        public LinkedListNode<Entry>? Node { get; set; }

        public string File => file;

        public long Bytes { get; } = checkpoint.Arrays.Sum(array => (long)sizeof(float) * array.Values.Length);
    }
}

/// <summary>A folder of this process, created when it is first used, and deleted when the sweep ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly Lazy<DirectoryInfo> _folder = new(() => Directory.CreateTempSubdirectory("spiking-sweep-"));

    public string Path => _folder.Value.FullName;

    public void Dispose()
    {
        if (!_folder.IsValueCreated)
        {
            return;
        }
        try
        {
            _folder.Value.Delete(recursive: true);
        }
        catch (Exception exception) when (CheckpointFolder.IsOfTheDisk(exception))
        {
            // Another program has a file open; the system empties its temporary folder in time.
        }
    }
}
