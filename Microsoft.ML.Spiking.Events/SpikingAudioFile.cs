using System.Globalization;
using Microsoft.ML.Spiking.Events.Formats.Hdf5;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// A file of spiking audio, as of the Spiking Heidelberg Digits and the Spiking Speech Commands: HDF5 with the datasets
/// "spikes/times" in seconds and "spikes/units", a list for each recording, and "labels".
/// </summary>
public sealed class SpikingAudioFile : IDisposable
{
    /// <summary>The number of units (channels of the artificial cochlea) in these data sets.</summary>
    public const int Units = 700;

    // SSC, the largest data set, has 75,466 recordings.
    private const int MostRecordings = 1 << 20;

    private readonly Stream? _owned;
    private readonly Hdf5Dataset _times;
    private readonly Hdf5Dataset _units;
    private readonly string _name;

    private SpikingAudioFile(Stream stream, string name, bool leaveOpen)
    {
        _name = name;
        _owned = leaveOpen ? null : stream;
        Hdf5File file = Guard(() => new Hdf5File(stream));
        _times = Guard(() => file.Dataset("spikes/times"));
        _units = Guard(() => file.Dataset("spikes/units"));
        Hdf5Dataset labels = Guard(() => file.Dataset("labels"));
        if (_times.Count != _units.Count || _times.Count != labels.Count)
        {
            throw Fault(Invariant($"spikes/times has {_times.Count} recordings, spikes/units {_units.Count} and ") +
                Invariant($"labels {labels.Count}; they must be alike"));
        }
        if (_units.Type.IsFloat || labels.Type.IsFloat)
        {
            throw Fault("spikes/units and labels must be whole numbers");
        }
        Labels = Guard(() => Array.ConvertAll(labels.ReadNumbers(MostRecordings), value => (long)value));
    }

    /// <summary>Gets the number of recordings.</summary>
    public int Count => Labels.Count;

    /// <summary>Gets the class of each recording.</summary>
    public IReadOnlyList<long> Labels { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="EventFormatException">The file has another format; the message says why.</exception>
    public static SpikingAudioFile Open(string path) => Open(File.OpenRead(path), path, leaveOpen: false);

    /// <summary>Reads a recording: x is the unit, y is 0 and every spike is on.</summary>
    /// <param name="recording">From 0 up to, but not including, <see cref="Count"/>.</param>
    /// <exception cref="EventFormatException">The recording is damaged; the message says why.</exception>
    public IReadOnlyList<Event> Read(int recording)
    {
        if (recording < 0 || recording >= Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(recording), Invariant($"There is no recording {recording}; the file has {Count}, counted ") +
                    "from 0.");
        }
        (float[] seconds, long[] units) = ReadArrays(recording);
        var events = new Event[seconds.Length];
        for (int i = 0; i < events.Length; i++)
        {
            if (units[i] is < 0 or >= Units || !float.IsFinite(seconds[i]))
            {
                throw Fault(Invariant($"spike {i} of recording {recording} is of unit {units[i]} at {seconds[i]} s"));
            }
            events[i] = new Event((long)Math.Round(seconds[i] * 1e6), (ushort)units[i], 0, isOn: true);
        }
        return events;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _owned?.Dispose();

    internal static SpikingAudioFile Open(Stream stream, string name, bool leaveOpen)
    {
        try
        {
            return new SpikingAudioFile(stream, name, leaveOpen);
        }
        catch when (!leaveOpen)
        {
            stream.Dispose();
            throw;
        }
    }

    internal (float[] Seconds, long[] Units) ReadArrays(int recording)
    {
        double[] seconds = Guard(() => _times.ReadList(recording)), units = Guard(() => _units.ReadList(recording));
        return seconds.Length == units.Length
            ? (Array.ConvertAll(seconds, value => (float)value), Array.ConvertAll(units, value => (long)value))
            : throw Fault(Invariant($"recording {recording} has {seconds.Length} times and {units.Length} units"));
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw Fault(exception.Message.TrimEnd('.'), exception);
        }
    }

    private EventFormatException Fault(string reason, Exception? inner = null) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{_name} is not a file of spiking audio, with spikes/times, spikes/units and labels in HDF5: {reason}."), 0,
            inner);
}
