using System.Globalization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// A recording as a value of a row: a file, or a part of one, that is read when its events are needed, or events in
/// memory. Immutable.
/// </summary>
public sealed class EventRecording
{
    private readonly ReadOnlyMemory<Event> _events;

    /// <summary>Creates a recording in a file. Nothing is read yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">What the recording shows; empty for nothing known.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <param name="from">
    /// Where the part begins, in microseconds, as the reader gives them; the part's times count from there. Null for
    /// the whole recording, whose times stay the reader's.
    /// </param>
    /// <param name="to">Where the part ends; its events are before that. Null for the file's end.</param>
    /// <exception cref="ArgumentException">
    /// The end is not after the beginning, or an option is out of its range.
    /// </exception>
    public EventRecording(
        string path, string label = "", EventReaderOptions? options = null, long? from = null, long? to = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(label);
        if (from >= to)
        {
            throw new ArgumentException(
                Invariant($"{path}: the part is from {from} to {to} µs; it must end after it begins."));
        }
        (options ?? new()).Validate();
        (Path, Label, Options, From, To) = (path, label, options ?? new(), from, to);
    }

    /// <summary>Creates a recording of events in memory without a label.</summary>
    /// <param name="events">In the order of time; not copied.</param>
    public EventRecording(ReadOnlyMemory<Event> events)
        : this(events, "")
    {
    }

    /// <summary>Creates a recording of events in memory.</summary>
    /// <param name="events">In the order of time; not copied.</param>
    /// <param name="label">What the recording shows; empty for nothing known.</param>
    public EventRecording(ReadOnlyMemory<Event> events, string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        (_events, Label, Options) = (events, label, new());
    }

    /// <summary>Gets the file; null for events in memory.</summary>
    public string? Path { get; }

    /// <summary>Gets what the recording shows.</summary>
    public string Label { get; }

    /// <summary>Gets how the file is read.</summary>
    public EventReaderOptions Options { get; }

    /// <summary>Gets where the part begins, in microseconds; null for the whole recording.</summary>
    public long? From { get; }

    /// <summary>Gets where the part ends, in microseconds; null for the file's end.</summary>
    public long? To { get; }

    /// <summary>Reads the events.</summary>
    /// <exception cref="EventFormatException">The file is damaged, or its format is unknown.</exception>
    /// <exception cref="InvalidDataException">No event lies in the part.</exception>
    public ReadOnlyMemory<Event> Load() => Load(width: null, height: null);

    /// <summary>
    /// Returns the labelled parts of a recording of DVS Gesture, by the file user*_labels.csv that comes with it:
    /// class, start and end in microseconds.
    /// </summary>
    /// <param name="path">The recording.</param>
    /// <param name="labels">
    /// The labels; null for the name of the recording with "_labels.csv" in its extension's place.
    /// </param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">The labels are not such a file; the message names the line.</exception>
    public static IReadOnlyList<EventRecording> OfDvsGesture(
        string path, string? labels = null, EventReaderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        labels ??= System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path) ?? "",
            System.IO.Path.GetFileNameWithoutExtension(path) + "_labels.csv");
        string[] lines = File.ReadAllLines(labels);
        if (lines.Length == 0 || !lines[0].StartsWith("class,startTime_usec,endTime_usec", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{labels}: the first line must be 'class,startTime_usec,endTime_usec'; " +
                $"it is '{(lines.Length == 0 ? "" : lines[0][..Math.Min(80, lines[0].Length)])}'.");
        }
        var parts = new List<EventRecording>();
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length == 0)
            {
                continue;
            }
            string[] fields = lines[i].Split(',');
            if (fields.Length != 3 || !int.TryParse(fields[0], CultureInfo.InvariantCulture, out int label)
                || !long.TryParse(fields[1], CultureInfo.InvariantCulture, out long from)
                || !long.TryParse(fields[2], CultureInfo.InvariantCulture, out long to) || from >= to)
            {
                throw new InvalidDataException(Invariant($"{labels}, line {i + 1}: '") +
                    $"{lines[i][..Math.Min(80, lines[i].Length)]}' is not a class, a start and a later end in " +
                    "microseconds.");
            }
            parts.Add(new(path, Invariant($"{label}"), options, from, to));
        }
        return parts;
    }

    /// <summary>
    /// Returns the labelled parts of all recordings of DVS Gesture that a list names, as trials_to_train.txt and
    /// trials_to_test.txt do: people 1 to 23, and 24 to 29.
    /// </summary>
    /// <param name="folder">The folder of the list, the recordings and their labels.</param>
    /// <param name="list">The name of the list, a recording on each line.</param>
    /// <param name="options">How they are read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">The list is empty, or labels are damaged.</exception>
    public static IReadOnlyList<EventRecording> OfDvsGestureTrials(
        string folder, string list, EventReaderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(list);
        string path = System.IO.Path.Combine(folder, list);
        EventRecording[] parts = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)
            .SelectMany(line => OfDvsGesture(System.IO.Path.Combine(folder, line), labels: null, options))];
        return parts.Length > 0 ? parts
            : throw new InvalidDataException($"{path}: the list names no recordings, one on each line.");
    }

    /// <summary>
    /// Returns recordings of CIFAR10-DVS, which has a folder for each class and no split of its own; that of the CLIF
    /// authors trains on the first 900 of each class and tests on the other 100.
    /// </summary>
    /// <param name="folder">The folder of the classes, with files such as airplane/cifar10_airplane_0.aedat.</param>
    /// <param name="firstFile">The number of the first file of each class.</param>
    /// <param name="fileCount">How many files of each class.</param>
    /// <param name="options">How they are read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">There are no such files.</exception>
    public static IReadOnlyList<EventRecording> OfCifar10Dvs(
        string folder, int firstFile, int fileCount, EventReaderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var recordings = new List<(string Label, int Number, string Path)>();
        foreach (string file in Directory.GetDirectories(folder).SelectMany(Directory.GetFiles))
        {
            string name = System.IO.Path.GetFileNameWithoutExtension(file);
            if (int.TryParse(name[(name.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture, out int number)
                && number >= firstFile && number - firstFile < fileCount)
            {
                recordings.Add((System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(file)!), number, file));
            }
        }
        return recordings.Count > 0
            ? [.. recordings.OrderBy(item => item.Label, StringComparer.Ordinal).ThenBy(item => item.Number)
                .Select(item => new EventRecording(item.Path, item.Label, options))]
            : throw new InvalidDataException(Invariant($"{folder}: no class has a file with a number from ") +
                Invariant($"{firstFile} to {firstFile + fileCount - 1}, such as ") +
                Invariant($"airplane/cifar10_airplane_{firstFile}.aedat."));
    }

    /// <summary>
    /// Returns the recordings of a file of spiking audio, labelled with the numbers of their classes. In frames the
    /// sensor is <see cref="SpikingAudioFile.Units"/> wide and 1 high.
    /// </summary>
    /// <param name="path">The file, as of SHD or SSC.</param>
    /// <exception cref="EventFormatException">The file has another format; the message says why.</exception>
    public static IReadOnlyList<EventRecording> OfSpikingAudio(string path)
    {
        using SpikingAudioFile file = SpikingAudioFile.Open(path);
        return [.. file.Labels.Select((label, i) =>
            new EventRecording(path, Invariant($"{label}"), new EventReaderOptions { Recording = i }))];
    }

    /// <summary>Reads the events of a sensor of a known size.</summary>
    internal ReadOnlyMemory<Event> Load(int? width, int? height)
    {
        if (Path is null)
        {
            return _events;
        }
        (int? sourceWidth, int? sourceHeight) = Options.Transpose ? (height, width) : (width, height);
        EventReaderOptions options = Options with
        {
            Width = Options.Width ?? sourceWidth,
            Height = Options.Height ?? sourceHeight,
        };
        using EventReader reader = EventReader.Open(Path, options);
        if ((width is not null && reader.Width != width) || (height is not null && reader.Height != height))
        {
            throw new InvalidDataException(Invariant($"{Path}: the recording is of {reader.Width}x{reader.Height} ") +
                Invariant($"pixels, the frames are of a sensor of {width}x{height}."));
        }
        Event[] events = reader.ReadAll();
        if (From is null && To is null)
        {
            return events;
        }
        Event[] part = [.. events
            .Where(item => item.Time >= (From ?? long.MinValue) && item.Time < (To ?? long.MaxValue))
            .Select(item => item with { Time = item.Time - (From ?? 0) })];
        return part.Length > 0 ? part : throw new InvalidDataException(
            Invariant($"{Path}: no event lies in the part from {From} to {To} µs, labelled '{Label}'; ") +
            (events.Length == 0 ? "the recording has no events."
                : Invariant($"the recording's are from {events[0].Time} to {events[^1].Time} µs.")));
    }
}
